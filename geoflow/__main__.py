"""The console script."""


def main() -> None:
    """Run the command line."""
    from geoflow.cli.app import app

    app()


if __name__ == "__main__":
    main()
