"""mjml: templates of mails, as far as the MJML engine does not look at them itself."""

from newsletter.rules.rule import Family

FAMILY = Family("templates", "What authors of templates can get wrong. Errors here stop a build.")

FAMILY.declare("unknown-tag", "error", "A tag that MJML does not have",
            "The engine prints it into the mail as it stands. HTML belongs into `mj-text`, `mj-raw` or `mj-table`.",
            "<mj-picture />", "<mj-image />")  # fmt: skip
FAMILY.declare("unknown-attribute", "error", "An attribute that a tag does not have",
            "The engine ignores it, so that the mail does not look as it was meant to.",
            '<mj-text colour="#333333">', '<mj-text color="#333333">')  # fmt: skip
FAMILY.declare("wrong-parent", "error", "A tag in the wrong place",
            "`mj-body` holds sections, a section columns, a column what is seen.",
            "<mj-section><mj-text>…", "<mj-section><mj-column><mj-text>…")  # fmt: skip
FAMILY.declare("forbidden-tag", "error", "A tag that does not work here",
            "Some of MJML makes mails worse: pictures from other hosts, menus that need scripts, text that counts as spam. "
            "The message says what to write instead.", '<mj-include path="head.mjml" />', '{% include "email/head.mjml" %}')  # fmt: skip
FAMILY.declare("split-comment", "error", "A comment that begins in one tag and ends in another",
            "Behind it, the engine prints the rest of the mail as it stands (jdrouet/mrml#532).",
            "<mj-raw><!--[if mso]></mj-raw>…<mj-raw><![endif]--></mj-raw>", "<mj-raw><!--[if mso]>…<![endif]--></mj-raw>")  # fmt: skip
FAMILY.declare("mjml-fault", "error", "MJML that cannot be compiled", "Mostly a tag that is not closed.",
            "<mj-text><p>Bonjour</mj-text>", "<mj-text><p>Bonjour</p></mj-text>")  # fmt: skip
FAMILY.declare("unknown-theme", "error", "A theme that is not there", "The message says which ones are.", 'theme = "defaut"',
            'theme = "default"')  # fmt: skip
FAMILY.declare("moved-template", "error", "A folder of templates under its former name",
            "Templates lie in a folder named as their channel: `email` (once `mail`), `site` (once `web`). In the old folder they "
            "would be passed over without a word.", "templates/mail/layout.mjml", "templates/email/layout.mjml")  # fmt: skip
FAMILY.declare("template-fault", "error", "A template that cannot be rendered",
            "A name that does not exist, a tag of Jinja that is not closed.", "{{ story.titel }}", "{{ story.title }}")  # fmt: skip
FAMILY.declare("missing-template", "error", "A template that is not there",
            "A template includes or extends a file that neither the project nor the default theme has.",
            '{% include "email/foot.mjml" %}', '{% include "email/footer.txt" %}')  # fmt: skip
FAMILY.declare("bad-string", "error", "A string of the theme that cannot be used",
            "In `strings/<language>.toml`, only names in braces are replaced, and only those that the default theme's string has.",
            'read_on = "More of {titel}"', 'read_on = "More of {title}"')  # fmt: skip
FAMILY.declare("lost-slot", "warning", "A template that changes text after it was printed",
            "A mail's template is compiled once, with slots for content. Where a filter changes printed text, the slots are "
            "lost, and every mail has to be compiled by itself: a hundred times slower.",
            "{% filter upper %}{{ title }}{% endfilter %}", "{{ title|upper }}")  # fmt: skip
FAMILY.declare("prose-selector", "error", "A rule for prose that cannot be applied",
            "`email/prose.css` styles what Markdown makes, before it is known what stands beside what: type, class and "
            "descendant selectors only.", "p > a { … }", "p a { … }")  # fmt: skip
