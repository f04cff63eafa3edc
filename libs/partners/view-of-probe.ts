import type { PartnerView, ProbeResult } from '#delivery';

/** What a probe found, as the answer to "what do you have of this message?". */
export function viewOf({ verdict, call }: ProbeResult): PartnerView {
  const { reasonCode, proves } = call;
  return {
    verdict,
    reasonCode,
    ...(proves?.provenStatus === undefined ? {} : { status: proves.provenStatus }),
    ...(proves?.oneStopCode === undefined ? {} : { oneStopCode: proves.oneStopCode }),
  };
}
