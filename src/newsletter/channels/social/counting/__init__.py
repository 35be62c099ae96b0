"""Count texts, and find links, mentions and hashtags in them, by the rules of each platform."""
