// The persistor's interface.
export { Keeper, type KeepOptions, limitsOf } from './keeper.ts';
export { Persistor, type PersistorOptions } from './persistor.ts';
export {
  type PersistorServer,
  type PersistorServerOptions,
  type StoreProgress,
  startPersistor,
} from './server.ts';
