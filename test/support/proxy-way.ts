import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { nextStep, type Direction, type ProxyRule } from './proxy-mode';

/** What a way needs of its connection. */
export interface WayOwner {
  isSwallowed: boolean;
  readonly isEnded: boolean;
  rule(): ProxyRule;
  close(): void;
}

/** One direction of a line: one piece in hand at a time, the socket before it paused meanwhile. */
export class ProxyWay {
  private held: Buffer = Buffer.alloc(0);
  private passed = 0;
  private isAtEnd = false;
  private isBusy = false;
  private interrupt = new AbortController();

  constructor(
    private readonly way: Direction,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly line: WayOwner,
  ) {
    from.on('data', (chunk: Buffer) => {
      from.pause();
      this.held = chunk;
      void this.pump();
    });
    from.once('end', () => {
      this.isAtEnd = true;
      void this.pump();
    });
    void this.pump();
  }

  /** The mode has changed: what waits is judged anew. */
  change(): void {
    this.passed = 0;
    this.interrupt.abort();
    this.interrupt = new AbortController();
    void this.pump();
  }

  private async pump(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    let goesOn = true;
    while (goesOn && this.held.length > 0 && !this.line.isEnded) goesOn = await this.step();
    this.isBusy = false;
    if (!this.line.isEnded) this.rest();
  }

  /** Nothing in hand, or nothing to be done with it now. */
  private rest(): void {
    const { kind } = this.line.rule().mode;
    if (kind === 'stall' || this.held.length > 0) this.from.pause();
    else if (!this.isAtEnd) this.from.resume();
    else if (kind === 'swallow') this.line.isSwallowed = true;
    else this.to.end();
  }

  /** @returns false when what is held waits for another mode */
  private async step(): Promise<boolean> {
    const { mode, random } = this.line.rule();
    const step = nextStep(mode, { way: this.way, waiting: this.held.length, passed: this.passed }, random);
    if (step.kind === 'wait') return false;
    if (step.kind === 'lose') {
      this.line.isSwallowed = true;
      this.held = Buffer.alloc(0);
      return true;
    }
    if (step.afterMs > 0 && !(await this.hasPassed(step.afterMs))) return true;
    const piece = this.held.subarray(0, step.bytes);
    this.held = this.held.subarray(step.bytes);
    this.passed += piece.length;
    await this.write(piece);
    if (step.isLast) this.line.close();
    return true;
  }

  /** @returns false when the mode changed first */
  private hasPassed(waitMs: number): Promise<boolean> {
    return delay(waitMs, true, { signal: this.interrupt.signal }).catch(() => false);
  }

  /** Resolves when the piece is with the operating system, or the socket is gone. */
  private write(piece: Buffer): Promise<void> {
    return new Promise((resolve) => void this.to.write(piece, () => resolve()));
  }
}
