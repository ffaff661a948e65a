"""QR (question/response) routing: passages, retrieval, answers."""
