import { DVCLT_TEXTS, type DvcltText } from '../dvclt/texts';
import { PORTAL_TEXTS, type PortalText } from '../dvcqg/texts';
import { HOTICH_TEXTS, type HotichText } from '../hotich/texts';
import { ONESTOP_TEXTS, type OnestopText } from '../onestop/texts';
import { fieldsOf } from './fields';
import { SYSTEMS, type SystemId } from './systems';
import { TextBook, TextBookError } from './text-book';

/** The texts of all systems, `{"dvclt":{"applied":"…"},…}` in a file, in the control API and in options. */
export class AllTexts {
  readonly dvclt = new TextBook<DvcltText>(DVCLT_TEXTS);
  readonly hotich = new TextBook<HotichText>(HOTICH_TEXTS);
  readonly dvcqg = new TextBook<PortalText>(PORTAL_TEXTS);
  readonly onestop = new TextBook<OnestopText>(ONESTOP_TEXTS);

  /** All of them or none. @throws TextBookError */
  replace(texts: unknown): void {
    const given = Object.entries(fieldsOf(texts));
    for (const [id, ofSystem] of given) this.book(id).check(ofSystem);
    for (const [id, ofSystem] of given) this.book(id).replace(ofSystem);
  }

  reset(): void {
    for (const id of SYSTEMS) this[id].reset();
  }

  all(): Record<SystemId, Record<string, string>> {
    return { dvclt: this.dvclt.all(), hotich: this.hotich.all(), dvcqg: this.dvcqg.all(), onestop: this.onestop.all() };
  }

  private book(id: string): TextBook {
    const known = SYSTEMS.find((system) => system === id);
    if (known === undefined) throw new TextBookError(`system: one of ${SYSTEMS.join(', ')}`);
    return this[known];
  }
}
