import { join } from 'node:path';
import type { PartnerId } from '#dossier';
import { loadPartnerConfigs } from '../config/load-partners';
import type { PartnerConfig } from '../config/partner-config';
import { loadReplies } from '../replies/load-replies';
import type { ReplyTable } from '../replies/reply-rules';

const CONFIG_DIR = join(__dirname, '../../../config');

/** Environment with log-in and address of the four partners; hosts end in .test, secrets are worthless. */
export const PARTNER_ENV: Readonly<Record<string, string>> = Object.fromEntries(
  ['DVCLT', 'HOTICH', 'DVCQG', 'ONESTOP'].flatMap((id) => [
    [`PARTNER_${id}_URL`, `http://${id.toLowerCase()}.test/base`],
    [`PARTNER_${id}_USERNAME`, 'user-sample'],
    [`PARTNER_${id}_PASSWORD`, 'pass-sample'],
  ]),
);

/** The shipped configuration of a partner, with changes. */
export function shippedConfig(id: PartnerId, over: Partial<PartnerConfig> = {}): PartnerConfig {
  return { ...loadPartnerConfigs(join(CONFIG_DIR, 'partners'), PARTNER_ENV)[id], ...over };
}

/** The shipped reply table of a partner. */
export function shippedReplies(id: PartnerId): ReplyTable {
  return loadReplies(join(CONFIG_DIR, 'replies'), `${id}.yaml`);
}
