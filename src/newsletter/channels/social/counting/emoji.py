"""Emoji that X's reference library knows (Emoji 11): each weighs as much as two letters.

The sequences are those of twemoji-parser 11.0.2 (MIT), which twitter-text 3.1.0 counts with. Only
sequences of several code points are listed: an emoji of one code point weighs two as it is.
"""

import re
from functools import cache

_SKIN = "[🏻-🏿]"
_CHILDREN = r"(?:👦\u200d👦|👧\u200d[👦👧]|[👦👧])"
# People who may be of either gender, then those who may have a skin as well.
_RUNNERS = "🏃🏄🏊👮👱👳👷💁💂💆💇🙅-🙇🙋🙍🙎🚣🚴-🚶🤦🤵🤷-🤹🤽🤾🦸🦹🧖-🧝"
_TEXT_OR_SKIN = "🏋🏌🕴🕵🖐☝⛷⛹✌✍"
_WITH_SKIN = (
    "🎅🏂-🏄🏇🏊👂👃👆-👐👦-👩👮👰-👸👼💁-💃💅-💇💪🕺🖕🖖🙅-🙇🙋-🙏🚣🚴-🚶🛀🛌🤘-🤜🤞🤟🤦🤰-🤹🤽🤾🦵🦶🦸🦹🧑-🧝✊✋"
)
# Characters that a variation selector turns into emoji.
_TEXT = (
    "©®™♟🀄🅰🅱🅾🅿🈂🈚🈯🈷🌡🌤-🌬🌶🍽🎖🎗🎙-🎛🎞🎟🏍🏎🏔-🏟🏳🏵🏷🐿👁📽🕉🕊🕯🕰🕳🕶-🕹🖇🖊-🖍🖥🖨🖱🖲🖼🗂-🗄"
    "🗑-🗓🗜-🗞🗡🗣🗨🗯🗳🗺🛋🛍-🛏🛠-🛥🛩🛰🛳‼⁉ℹ↔-↙↩↪⌚⌛⌨⏏⏭-⏯⏱⏲⏸-⏺Ⓜ▪▫▶◀◻-◾☀-☄☎☑☔☕☘☠☢☣☦☪☮☯"
    "☸-☺♀♂♈-♓♠♣♥♦♨♻♿⚒-⚗⚙⚛⚜⚠⚡⚪⚫⚰⚱⚽⚾⛄⛅⛈⛏⛑⛓⛔⛩⛪⛰-⛵⛸⛺⛽✂✈✉✏✒✔✖✝✡✳✴❄❇❗❣❤➡⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
)
# Flags by the letters of their country code.
_COUNTRIES = (
    "A[C-GILMOQ-UWXZ]|B[ABD-JL-OQ-TVWYZ]|C[ACDF-IK-PRU-Z]|D[EGJKMOZ]|E[ACEGHR-U]|F[I-KMOR]|G[ABD-IL-NP-UWY]|"
    "H[KMNRTU]|I[C-EL-OQ-T]|J[EMOP]|K[EG-IMNPRWYZ]|L[A-CIKR-VY]|M[AC-HK-Z]|N[ACE-GILOPRUZ]|OM|P[AE-HK-NR-TWY]|"
    "QA|R[EOSUW]|S[A-EG-OR-TVX-Z]|T[ACDF-HJ-ORTVWZ]|U[AGMNSYZ]|V[ACEGINU]|W[FS]|XK|Y[ET]|Z[AMW]"
)
_LETTERS = {ord("A") + n: 0x1F1E6 + n for n in range(26)}
_TAGS = {ord("a") + n: 0xE0061 + n for n in range(26)}

_SEQUENCES = "|".join(
    (
        rf"[👨👩]{_SKIN}?\u200d(?:[⚕⚖✈]\ufe0f|[🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳])",
        rf"[🏋🏌🕴🕵⛹](?:{_SKIN}|\ufe0f)\u200d[♀♂]\ufe0f",
        rf"[{_RUNNERS}]{_SKIN}?\u200d[♀♂]\ufe0f",
        r"👨\u200d❤\ufe0f\u200d(?:💋\u200d)?👨|👩\u200d❤\ufe0f\u200d(?:💋\u200d)?[👨👩]",
        rf"👨\u200d(?:[👨👩]\u200d)?{_CHILDREN}|👩\u200d(?:👩\u200d)?{_CHILDREN}",
        r"🏳\ufe0f\u200d🌈|🏴\u200d☠\ufe0f|👁\u200d🗨|[👯🤼🧞🧟]\u200d[♀♂]\ufe0f",
        r"[#*0-9]\ufe0f?\u20e3",
        rf"[{_TEXT}]\ufe0f",
        rf"[{_TEXT_OR_SKIN}]\ufe0f?{_SKIN}|[{_TEXT_OR_SKIN}]\ufe0f|[{_WITH_SKIN}]{_SKIN}",
        rf"🏴(?:{'gbeng|gbsct|gbwls'.translate(_TAGS)})\U000e007f",
        _COUNTRIES.translate(_LETTERS),
    )
)


@cache
def sequences() -> re.Pattern[str]:
    """Finds the known sequences in a text, one match each, as the reference cuts them."""
    return re.compile(_SEQUENCES)


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(_SEQUENCES.replace(r"\ufe0f?", "").replace(r"\ufe0f", ""))


def is_known(cluster: str) -> bool:
    """Whether a grapheme cluster is in the reference's table, with or without variation selectors."""
    shown = cluster.replace("\ufe0f", "")
    return len(shown) < 2 or _bare().fullmatch(shown) is not None
