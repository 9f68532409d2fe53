"""An empty script: start-up and end of the interpreter."""
