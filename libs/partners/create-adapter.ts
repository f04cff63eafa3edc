import type { ReplayAdapter } from '#delivery';
import type { PartnerId } from '#dossier';
import type { AdapterDeps } from './config/adapter-deps';
import { createDvclt } from './dvclt/create-dvclt';
import { createDvcqgAdapter } from './dvcqg/dvcqg-adapter';
import { createHotichAdapter } from './hotich/hotich-adapter';
import { RegistryClient } from './hotich/registry-client';
import { createOneStop } from './onestop/create-onestop';

const ADAPTERS: Readonly<Record<PartnerId, (deps: AdapterDeps) => ReplayAdapter>> = {
  dvclt: (deps) => createDvclt(deps).adapter,
  hotich: (deps) => createHotichAdapter(deps, new RegistryClient(deps)),
  dvcqg: createDvcqgAdapter,
  onestop: (deps) => createOneStop(deps).adapter,
};

/** The adapter of one partner alone, without what polls it. */
export function createAdapter(partner: PartnerId, deps: AdapterDeps): ReplayAdapter {
  return ADAPTERS[partner](deps);
}
