// The phases of a VNC session, and how a layer remembers in which one it was read.

/** What a conversation waits for; §7.1 to §7.3. */
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
/** A way of securing it that is not followed: all that comes is someone else's. */
export const SECURED = 10;

/** Marks of a layer: the phase it was read in, who sent it, how many bytes a pixel had, was anything read. */
export const PHASE_MASK = 0x0f;
export const FROM_SERVER = 0x10;
export const IS_READ = 0x20;
export const IS_NEW = 0x40;
export const PIXEL_SHIFT = 8;
