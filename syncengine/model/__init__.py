"""The nouns that travel between floors. Pure data: frozen, without behaviour beyond reading themselves."""
