"""counting: how long a text is, platform by platform, and what in it is a link, a mention or a hashtag."""
