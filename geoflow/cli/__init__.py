"""The command line: parse, wire, render. The only room that knows Typer and Rich."""
