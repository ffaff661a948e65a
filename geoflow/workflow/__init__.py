"""The verbs as use cases: one module and one public function each, ports in, a value out."""
