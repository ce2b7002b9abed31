// The persistor's interface.
export { Keeper, limitsOf } from './keeper.ts';
export { type PersistorServer, startPersistor } from './server.ts';
