"""Define the data classes that the stages of the pipeline pass on.

Instances are immutable and use tuples as collections. They can be pickled, so worker processes can exchange them.
"""

from newsletter.model.announcement import (
    Announcement,
    Attachment,
    Author,
    Event,
    Image,
    Issue,
    IssueFile,
    Link,
    Social,
    Tag,
)
from newsletter.model.prose import SLOT, Block, Picture, Prose, Reference
from newsletter.model.publication import FEED_MEDIA_TYPES, MANIFEST, MANIFEST_BEGINS, Artefact, Job, Publication
from newsletter.model.settings import (
    SETTINGS_FILES,
    CheckSettings,
    FeedSettings,
    MailSettings,
    Organisation,
    Sender,
    Settings,
    SocialSettings,
    Unsubscribe,
)
from newsletter.model.source import Fields, Items, Node, Pairs, Plain, Scalar, Source, SourceFile, is_empty, plain_pairs
from newsletter.model.target import Asset, Target

__all__ = [
    "FEED_MEDIA_TYPES",
    "MANIFEST",
    "MANIFEST_BEGINS",
    "SETTINGS_FILES",
    "SLOT",
    "Announcement",
    "Artefact",
    "Asset",
    "Attachment",
    "Author",
    "Block",
    "CheckSettings",
    "Event",
    "FeedSettings",
    "Fields",
    "Image",
    "Issue",
    "IssueFile",
    "Items",
    "Job",
    "Link",
    "MailSettings",
    "Node",
    "Organisation",
    "Pairs",
    "Picture",
    "Plain",
    "Prose",
    "Publication",
    "Reference",
    "Scalar",
    "Sender",
    "Settings",
    "Social",
    "SocialSettings",
    "Source",
    "SourceFile",
    "Tag",
    "Target",
    "Unsubscribe",
    "is_empty",
    "plain_pairs",
]
