import type { ClaimedDelivery } from '../domain/attempt';
import type { Hold, HoldScope } from '../domain/hold';

/** What stands first in a lane before a claim. */
export interface HeadOfLane {
  deliveryId: string;
  dossierId: string;
  operation: string;
  unit: string;
  /** It could be taken if nothing held it. */
  isDue: boolean;
}

interface ModelHold {
  scope: HoldScope;
  startsMs: number;
  /** Since when, and how fast, it may let go; absent while it is in force. */
  release?: { sinceMs: number; perSecond: number | null };
  /** When it let a lane go, since it was released last. */
  takenMs: number[];
  /** Its first lane goes alone, until it has been answered. */
  isCanary: boolean;
  canary?: string;
  /** Over since the claim that is judged now. */
  hasEnded: boolean;
  isOver: boolean;
}

/** What holds promise, told a second time and more simply: from what people asked for and what claims took, never from the holds' own counts. */
export class HoldModel {
  private readonly holds = new Map<string, ModelHold>();
  private readonly answered = new Set<string>();

  placed({ id, operation, unit, dossierId, startsAt, endsAt, releasePerSecond }: Hold): void {
    this.holds.set(id, {
      scope: { operation, unit, dossierId },
      startsMs: startsAt.getTime(),
      takenMs: [],
      isCanary: true,
      hasEnded: false,
      isOver: false,
      ...(endsAt === null ? {} : { release: { sinceMs: endsAt.getTime(), perSecond: releasePerSecond } }),
    });
  }

  released(id: string, { perSecond, canary }: { perSecond: number | null; canary: boolean }, now: Date): void {
    const hold = this.holds.get(id)!;
    // A hold of one lane, and one that has not begun, end with their release.
    hold.isOver ||= hold.scope.dossierId !== undefined || hold.startsMs > now.getTime();
    hold.isCanary &&= canary;
    hold.release = { sinceMs: now.getTime(), perSecond };
    hold.takenMs = [];
  }

  settled(deliveryId: string): void {
    this.answered.add(deliveryId);
  }

  /** What the claim has told: which holds are over, and which are in force again since their first lane did not get through. */
  private learn(holds: readonly Hold[]): void {
    for (const { id, state, releasedAt } of holds) {
      const hold = this.holds.get(id)!;
      hold.isOver ||= state === 'over';
      const isAgain = state === 'in-force' && releasedAt === null && hold.canary !== undefined;
      if (!isAgain) continue;
      hold.release = undefined;
      hold.isCanary = true;
      hold.canary = undefined;
    }
  }

  /** @param holds as they stand after the claim
   *  @param isFull no slot was left, or several claimed at once: what was left says nothing then
   *  @returns what this claim did that no hold allows, and what it left although nothing held it; texts without dossiers */
  judge(
    before: readonly HeadOfLane[],
    { taken, isFull, holds }: { taken: readonly ClaimedDelivery[]; isFull: boolean; holds: readonly Hold[] },
    now: Date,
  ): string[] {
    for (const { id, state } of holds) this.holds.get(id)!.hasEnded = state === 'over';
    const heads = new Map(before.map((head) => [head.deliveryId, head]));
    const wrong: string[] = [];
    for (const claim of taken) {
      const head = heads.get(claim.deliveryId);
      if (head?.isDue !== true) wrong.push('taken: not the due head of its lane');
      else wrong.push(...this.judgeOne(head, now));
    }
    const ids = taken.map(({ deliveryId }) => deliveryId);
    if (new Set(ids).size < ids.length) wrong.push('taken: one delivery twice');
    const isFree = (head: HeadOfLane): boolean => head.isDue && this.stopping(head, now.getTime()).length === 0;
    if (!isFull && before.some((head) => isFree(head) && !ids.includes(head.deliveryId)))
      wrong.push('left: nothing held it');
    this.learn(holds);
    return wrong;
  }

  private stopping(head: HeadOfLane, atMs: number): ModelHold[] {
    return [...this.holds.values()].filter((hold) => stops(hold, head, atMs));
  }

  private judgeOne(head: HeadOfLane, now: Date): string[] {
    const atMs = now.getTime();
    const stopping = this.stopping(head, atMs);
    // A hold does not wait for what another one stops too: it may have ended in this very claim, before the other let go.
    const isOthers = (hold: ModelHold): boolean => hold.hasEnded && stopping.length > 1;
    return stopping.flatMap((hold) => (isOthers(hold) ? [] : this.letGo(hold, head.deliveryId, atMs)));
  }

  /** A lane that a hold stops is taken: only when it may let it go. */
  private letGo(hold: ModelHold, deliveryId: string, atMs: number): string[] {
    const { release, takenMs } = hold;
    if (release === undefined || release.sinceMs > atMs) return ['taken: a hold in force stops it'];
    if (hold.isCanary && hold.canary !== undefined && !this.answered.has(hold.canary))
      return ['taken: before the canary was answered'];
    hold.canary ??= deliveryId;
    takenMs.push(atMs);
    if (release.perSecond === null) return [];
    const { perSecond } = release;
    const tooMany = takenMs.some((firstMs, at) => {
      const allowed = ((atMs - firstMs) / 1_000 + 1) * perSecond + 1;
      return takenMs.length - at > allowed;
    });
    return tooMany ? ['taken: faster than the rate'] : [];
  }
}

function stops({ scope, startsMs, isOver }: ModelHold, head: HeadOfLane, atMs: number): boolean {
  if (isOver || startsMs > atMs) return false;
  return (['operation', 'unit', 'dossierId'] as const).every(
    (part) => scope[part] === undefined || scope[part] === head[part],
  );
}
