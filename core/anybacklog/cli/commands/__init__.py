"""The commands, one module each with a `command`; imported only when it is called or its help is shown."""
