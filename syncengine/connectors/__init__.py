"""Adapters: small files that translate between a system and the nouns, and hold no policy."""
