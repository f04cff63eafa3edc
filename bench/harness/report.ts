import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { KAFKA_VERSION } from '../../apps/cli/stack/kafka-jars';

interface Goal {
  text: string;
  isMet: boolean;
}

/** What a bench found out. */
export interface BenchReport {
  settings: object;
  goals: readonly Goal[];
  /** For the terminal. */
  text: string;
  /** For the file: every repeat, medians, spreads. */
  figures: object;
}

/** What all benches tell of a run. */
export interface ReportedRun {
  serverVersion: string;
  settings: object;
}

const ROOT = join(__dirname, '..', '..', '..');

/** Writes `bench/results/<name>-<time>.json`. @returns its path */
export function writeReport(name: string, { serverVersion, settings }: ReportedRun, report: BenchReport): string {
  const at = new Date().toISOString();
  const folder = join(ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${at.replaceAll(/[:.]/g, '-')}.json`);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const content = {
    bench: name,
    at,
    versions: {
      lienthong: version,
      node: process.versions.node,
      postgresql: serverVersion,
      kafka: KAFKA_VERSION,
    },
    machine: machine(),
    settings: { ...settings, fsync: true, ...report.settings },
    goals: report.goals,
    ...report.figures,
  };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

/** One line about the machine, for the terminal. */
export function machineLine(): string {
  const { cpu, cores, memoryGb } = machine();
  return `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${process.versions.node}`;
}

function machine(): { cpu: string; cores: number; memoryGb: number; kernel: string } {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  };
}
