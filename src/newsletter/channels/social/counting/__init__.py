"""Count texts and find their links, mentions and hashtags, by the rules of each platform."""
