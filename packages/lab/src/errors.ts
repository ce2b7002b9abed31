/** An error of the lab, with one line for the user. */
export class LabError extends Error {}
