"""Declare the problems of templates. Other modules report them."""

from newsletter.rules.rule import Family

FAMILY = Family("templates", "Mistakes in templates. Errors here stop a build.")

FAMILY.declare("unknown-tag", "error", "A tag that MJML does not have",
            "The MJML engine copies an unknown tag into the mail. Write HTML inside `mj-text`, `mj-raw` or `mj-table`.",
            "<mj-picture />", "<mj-image />")  # fmt: skip
FAMILY.declare("unknown-attribute", "error", "An attribute that a tag does not have",
            "The MJML engine ignores the attribute, and the mail does not look as intended.",
            '<mj-text colour="#333333">', '<mj-text color="#333333">')  # fmt: skip
FAMILY.declare("wrong-parent", "error", "A tag in the wrong place",
            "`mj-body` contains sections, a section contains columns, and a column contains the visible elements.",
            "<mj-section><mj-text>…", "<mj-section><mj-column><mj-text>…")  # fmt: skip
FAMILY.declare("forbidden-tag", "error", "A tag that is not allowed in a mail",
            "Some MJML tags do harm in a mail: they load pictures from other hosts, need scripts, or look "
            "suspicious to spam filters. The message tells what to write instead.",
            '<mj-include path="head.mjml" />', '{% include "email/head.mjml" %}')  # fmt: skip
FAMILY.declare("split-comment", "error", "A comment that begins in one tag and ends in another",
            "The MJML engine copies the rest of the mail after such a comment unchanged (jdrouet/mrml#532).",
            "<mj-raw><!--[if mso]></mj-raw>…<mj-raw><![endif]--></mj-raw>", "<mj-raw><!--[if mso]>…<![endif]--></mj-raw>")  # fmt: skip
FAMILY.declare("mjml-fault", "error", "MJML that cannot be compiled", "The usual cause is a tag that is not closed.",
            "<mj-text><p>Bonjour</mj-text>", "<mj-text><p>Bonjour</p></mj-text>")  # fmt: skip
FAMILY.declare("unknown-theme", "error", "A theme that does not exist", "The message lists the themes that exist.", 'theme = "defaut"',
            'theme = "default"')  # fmt: skip
FAMILY.declare("moved-template", "error", "A folder of templates under its old name",
            "A folder of templates has the name of its channel: `email` (formerly `mail`) or `site` (formerly `web`). "
            "Templates in a folder with an old name would be silently ignored.", "templates/mail/layout.mjml",
            "templates/email/layout.mjml")  # fmt: skip
FAMILY.declare("template-fault", "error", "A template that cannot be rendered",
            "The usual cause is a name that does not exist, or a Jinja tag that is not closed.",
            "{{ story.titel }}", "{{ story.title }}")  # fmt: skip
FAMILY.declare("missing-template", "error", "A missing template",
            "A template includes or extends a file that neither the project nor the default theme has.",
            '{% include "email/foot.mjml" %}', '{% include "email/footer.txt" %}')  # fmt: skip
FAMILY.declare("bad-string", "error", "A theme string that cannot be used",
            "In `strings/<language>.toml`, a string may contain names in braces, which are replaced. Only the "
            "names in the default theme's string are allowed.",
            'read_on = "More of {titel}"', 'read_on = "More of {title}"')  # fmt: skip
FAMILY.declare("lost-slot", "warning", "A template that changes printed text",
            "A mail's template is compiled once, with slots for content. A filter that changes printed text destroys the "
            "slots. Every mail then has to be compiled separately, which takes a hundred times longer.",
            "{% filter upper %}{{ title }}{% endfilter %}", "{{ title|upper }}")  # fmt: skip
FAMILY.declare("prose-selector", "error", "A selector for prose that is not supported",
            "`email/prose.css` is applied to the HTML of Markdown before the surrounding elements are known, "
            "so only type, class and descendant selectors are allowed.", "p > a { … }", "p a { … }")  # fmt: skip
