"""What makes a requirement good: smells and the words behind them."""
