// Phases of a VNC session, and the mark of a layer that records the phase it was dissected in.

/** Phase of a conversation (§7.1 to §7.3). */
export const SERVER_VERSION = 0;
export const CLIENT_VERSION = 1;
export const SECURITY = 2;
export const CHOICE = 3;
export const CHALLENGE = 4;
export const RESPONSE = 5;
export const RESULT = 6;
export const CLIENT_INIT = 7;
export const SERVER_INIT = 8;
export const NORMAL = 9;
/** A security type that is not supported: the rest is opaque. */
export const SECURED = 10;

/** Layer mark: phase, sender, bytes per pixel, whether anything was dissected. */
export const PHASE_MASK = 0x0f;
export const FROM_SERVER = 0x10;
export const IS_READ = 0x20;
export const IS_NEW = 0x40;
export const PIXEL_SHIFT = 8;
