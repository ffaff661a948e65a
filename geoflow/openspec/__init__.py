"""OpenSpec as a library: `{path: text}` in, frozen values and write plans out."""
