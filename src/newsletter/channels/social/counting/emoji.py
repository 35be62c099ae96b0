"""Recognize the emoji sequences that X counts as two characters each.

The sequences come from twemoji-parser 11.0.2 (MIT, Emoji 11), which twitter-text 3.1.0, X's reference library, uses.
This module lists only sequences of several code points, because an emoji of one code point weighs two anyway.
"""

import re
from functools import cache

_SKIN = "[🏻-🏿]"
_CHILDREN = r"(?:👦\u200d👦|👧\u200d[👦👧]|[👦👧])"
# People with a gender sign, then characters that also combine with a skin tone.
_RUNNERS = "🏃🏄🏊👮👱👳👷💁💂💆💇🙅-🙇🙋🙍🙎🚣🚴-🚶🤦🤵🤷-🤹🤽🤾🦸🦹🧖-🧝"
_TEXT_OR_SKIN = "🏋🏌🕴🕵🖐☝⛷⛹✌✍"
_WITH_SKIN = (
    "🎅🏂-🏄🏇🏊👂👃👆-👐👦-👩👮👰-👸👼💁-💃💅-💇💪🕺🖕🖖🙅-🙇🙋-🙏🚣🚴-🚶🛀🛌🤘-🤜🤞🤟🤦🤰-🤹🤽🤾🦵🦶🦸🦹🧑-🧝✊✋"
)
# Characters that become emoji with a variation selector.
_TEXT = (
    "©®™♟🀄🅰🅱🅾🅿🈂🈚🈯🈷🌡🌤-🌬🌶🍽🎖🎗🎙-🎛🎞🎟🏍🏎🏔-🏟🏳🏵🏷🐿👁📽🕉🕊🕯🕰🕳🕶-🕹🖇🖊-🖍🖥🖨🖱🖲🖼🗂-🗄"
    "🗑-🗓🗜-🗞🗡🗣🗨🗯🗳🗺🛋🛍-🛏🛠-🛥🛩🛰🛳‼⁉ℹ↔-↙↩↪⌚⌛⌨⏏⏭-⏯⏱⏲⏸-⏺Ⓜ▪▫▶◀◻-◾☀-☄☎☑☔☕☘☠☢☣☦☪☮☯"
    "☸-☺♀♂♈-♓♠♣♥♦♨♻♿⚒-⚗⚙⚛⚜⚠⚡⚪⚫⚰⚱⚽⚾⛄⛅⛈⛏⛑⛓⛔⛩⛪⛰-⛵⛸⛺⛽✂✈✉✏✒✔✖✝✡✳✴❄❇❗❣❤➡⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
)
# Flags, by their country codes.
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
    """Return a pattern that matches each known sequence and splits text the way the reference library does."""
    return re.compile(_SEQUENCES)


@cache
def _without_selectors() -> re.Pattern[str]:
    return re.compile(_SEQUENCES.replace(r"\ufe0f?", "").replace(r"\ufe0f", ""))


def is_known(cluster: str) -> bool:
    """Return whether the reference library knows a grapheme cluster, with or without variation selectors."""
    bare = cluster.replace("\ufe0f", "")
    return len(bare) < 2 or _without_selectors().fullmatch(bare) is not None
