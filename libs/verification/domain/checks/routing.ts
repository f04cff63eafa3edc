import { isLongPast, type Check } from '../check';

/** What is in the journal is routed soon, or somebody is called. */
export const checkRouting: Check = ({ dossier }, context) => {
  const { routingBlocked, attention, routedSeq, version, updatedAt } = dossier;
  if (routingBlocked !== null) {
    const sentence = `routing stands at event ${routedSeq} for ${routingBlocked}, and nobody is called`;
    return attention ? [] : [{ code: 'stuck.routing-blocked-unseen', sentence }];
  }
  if (routedSeq >= version || !isLongPast(updatedAt, context)) return [];
  const sentence = `events ${routedSeq + 1} to ${version} wait for the router since ${updatedAt.toISOString()}`;
  return [{ code: 'lost.event-not-routed', sentence }];
};
