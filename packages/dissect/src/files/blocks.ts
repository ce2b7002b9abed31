// Block types of pcapng, draft-ietf-opsawg-pcapng §4 and §11.1.

export const BLOCK_SECTION_HEADER = 0x0a0d0d0a;
export const BLOCK_INTERFACE = 1;
/** Obsolete, replaced by the Enhanced Packet Block. */
export const BLOCK_PACKET = 2;
export const BLOCK_SIMPLE_PACKET = 3;
export const BLOCK_NAMES = 4;
export const BLOCK_STATISTICS = 5;
export const BLOCK_ENHANCED_PACKET = 6;
export const BLOCK_JOURNAL = 9;
export const BLOCK_SECRETS = 10;
export const BLOCK_CUSTOM = 0x0bad;
/** A custom block that must not be copied into a file made from this one. */
export const BLOCK_CUSTOM_NO_COPY = 0x40000bad;

// Non-packet blocks that count as frames, as in Wireshark: `Frame.linkType` is minus the block type.

/** An entry of the systemd journal, in its export format (text). */
export const LINKTYPE_JOURNAL = -BLOCK_JOURNAL;
/** Contents of a custom block; its enterprise number is `Frame.enterprise`. */
export const LINKTYPE_CUSTOM = -BLOCK_CUSTOM;
export const LINKTYPE_CUSTOM_NO_COPY = -BLOCK_CUSTOM_NO_COPY;

/** The byte-order magic of a Section Header Block, draft-ietf-opsawg-pcapng §4.1. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Kinds of decryption secrets, draft-ietf-opsawg-pcapng §4.7. */
export const SECRETS_TLS_KEY_LOG = 0x544c534b;
