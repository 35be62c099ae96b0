"""Remove metadata from GIF files.

Images, timing, loops and colour profiles are kept. Comments, other extensions and data after the trailer are removed.
See the GIF89a specification, sections 17 to 26.
"""

from newsletter.load.metadata.malformed import Malformed, number, part

MAGICS = (b"GIF87a", b"GIF89a")

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_PROFILE = b"ICCRGBG1012"
# Size and first byte of the blocks in a loop extension: the number of repetitions and the size of the buffer.
_LOOP_BLOCKS = ((3, 1), (5, 2))


def strip(content: bytes) -> bytes:
    """Return the picture without metadata. Raises Malformed if it is damaged."""
    position = 13 + _colour_table_size(content, 10)
    kept = [part(content, 0, position)]
    while position < len(content):
        start, block = position, content[position]
        if block == _TRAILER:
            kept.append(content[start : start + 1])
            break
        if block == _IMAGE:
            data = start + 11 + _colour_table_size(content, start + 9)  # 10 bytes, the colour table, the code size
            position = _end_of_blocks(content, data)
            kept.append(content[start:position])
        elif block == _EXTENSION:
            position = _end_of_blocks(content, start + 2)
            kept.append(_extension(content[start:position]))
        else:
            raise Malformed("it has a block that is neither an image nor an extension")
    return b"".join(kept)  # a missing trailer does no harm


def _colour_table_size(content: bytes, flags_offset: int) -> int:
    """Return the size in bytes of the colour table that the flags at `flags_offset` describe."""
    flags = number(content, flags_offset, "B")
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(content: bytes, position: int) -> int:
    """Return the end of a chain of blocks. Each block begins with its size; an empty block ends the chain."""
    try:
        while size := content[position]:
            position += 1 + size
    except IndexError:
        raise Malformed("it is cut short") from None
    return position + 1


def _extension(extension: bytes) -> bytes:
    """Return the part of an extension to keep: all of it, some of it, or nothing."""
    label, size = extension[1], extension[2]
    if label == _CONTROL:
        if len(extension) != 8 or size != 4:
            raise Malformed("an extension for timing has the wrong length")
        return extension
    if label != _APPLICATION or size != 11:
        return b""
    name = extension[3:14]
    if name == _PROFILE:
        return extension
    return extension[:14] + _loop(extension[14:]) + b"\0" if name in _LOOPS else b""


def _loop(blocks: bytes) -> bytes:
    """Return the blocks that define how often an animation is repeated."""
    kept, position = [], 0
    while size := blocks[position]:
        if (size, blocks[position + 1]) in _LOOP_BLOCKS:
            kept.append(blocks[position : position + 1 + size])
        position += 1 + size
    return b"".join(kept)
