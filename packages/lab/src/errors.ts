/** What the lab could not do, in one line for whoever asked for it. */
export class LabError extends Error {}
