import type { PartnerId } from '#dossier';

/** How many questions may be out at each partner at once: a look must leave room for the deliveries of the day. */
export class AskSlots {
  private readonly free = new Map<PartnerId, number>();
  private readonly waiting = new Map<PartnerId, (() => void)[]>();

  /** @param slotsOf questions at once, at least 1 */
  constructor(private readonly slotsOf: (partner: PartnerId) => number) {}

  /** Runs the work when a slot is free, in the order of asking. */
  async run<T>(partner: PartnerId, work: () => Promise<T>): Promise<T> {
    await this.take(partner);
    try {
      return await work();
    } finally {
      this.give(partner);
    }
  }

  private async take(partner: PartnerId): Promise<void> {
    const free = this.free.get(partner) ?? this.slotsOf(partner);
    if (free > 0) {
      this.free.set(partner, free - 1);
      return;
    }
    await new Promise<void>((resolve) => this.waiting.set(partner, [...(this.waiting.get(partner) ?? []), resolve]));
  }

  private give(partner: PartnerId): void {
    const next = this.waiting.get(partner)?.shift();
    if (next) next();
    else this.free.set(partner, (this.free.get(partner) ?? 0) + 1);
  }
}
