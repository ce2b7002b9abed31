// Application protocols that have a port of their own and little to do with each other.
import { mqtt } from './mqtt.ts';

export const appProtocols = [mqtt];
