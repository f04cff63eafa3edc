-- Generated from the migrations, to be read and compared, not run: one fact a line.

-- columns
access_change.client_id text not null
access_change.content jsonb not null
access_change.decided_at timestamp with time zone
access_change.decided_by text
access_change.expires_at timestamp with time zone not null
access_change.id uuid not null
access_change.kind text not null
access_change.proposed_at timestamp with time zone not null
access_change.proposed_by text not null
access_change.reason text not null
access_change.secret_hash text
access_change.state text not null default 'open'::text
account.active_at timestamp with time zone not null
account.client_id text not null
account.failed_log_ins integer not null default 0
account.locked_until timestamp with time zone
account.must_change_password boolean not null default false
account.must_enrol_totp boolean not null default false
account.oidc_issuer text
account.oidc_subject text
account.password_hash text
account.password_set_at timestamp with time zone
account.reviewed_at timestamp with time zone not null
account.reviewed_by text not null
account.totp_draft_sealed bytea
account.totp_sealed bytea
account.totp_used_step bigint
account.username text not null
attempt.answer_digest bytea
attempt.answer_ref uuid
attempt.delivery_id uuid not null
attempt.ended_at timestamp with time zone not null
attempt.fence bigint not null
attempt.fields jsonb
attempt.http_status integer
attempt.id uuid not null
attempt.kind text not null
attempt.late boolean not null default false
attempt.number integer not null
attempt.outcome text not null
attempt.reason_code text not null
attempt.rule_id text
attempt.rule_version integer
attempt.started_at timestamp with time zone not null
attempt.text_ref uuid
attempt.wire text not null
attempt.worker text not null
bus_cursor.consumer text not null
bus_cursor.lease_owner text
bus_cursor.lease_until timestamp with time zone
bus_cursor.partition integer not null
bus_cursor.position bigint not null
bus_member.consumer text not null
bus_member.member text not null
bus_member.seen_until timestamp with time zone not null
bus_rejected.at timestamp with time zone not null
bus_rejected.consumer text not null
bus_rejected.id uuid not null
bus_rejected.partition integer not null
bus_rejected.reason text not null
bus_rejected.record_headers jsonb not null
bus_rejected.record_key bytea
bus_rejected.record_offset bigint not null
bus_rejected.record_value bytea
bus_rejected.topic text not null
client.addresses text[]
client.created_at timestamp with time zone not null
client.disabled_at timestamp with time zone
client.id text not null
client.kind text not null
client.operations text[]
client.requests_per_day integer
client.requests_per_minute integer
client.roles text[] not null
client.secret_hash text not null default 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'::text
client.suspended_until timestamp with time zone
client.units text[]
client_certificate.client_id text not null
client_certificate.created_at timestamp with time zone not null
client_certificate.ended_at timestamp with time zone
client_certificate.expires_at timestamp with time zone
client_certificate.id uuid not null
client_certificate.last_used_on date
client_certificate.sha256 bytea
client_certificate.subject text
client_secret.client_id text not null
client_secret.created_at timestamp with time zone not null
client_secret.ended_at timestamp with time zone
client_secret.expires_at timestamp with time zone
client_secret.id uuid not null default gen_random_uuid()
client_secret.last_used_on date
client_secret.secret_hash text not null
client_usage.client_id text not null
client_usage.day date not null
client_usage.day_used integer not null
client_usage.minute timestamp with time zone not null
client_usage.minute_used integer not null
configuration_file.digest bytea not null
configuration_file.part text not null
configuration_file.path text not null
decision_event.codes jsonb not null
decision_event.content_digest bytea not null
decision_event.failed_since timestamp with time zone
decision_event.id uuid not null
decision_event.next_try_at timestamp with time zone not null
decision_event.position bigint not null
decision_event.raw_ref uuid not null
decision_event.row_digest bytea not null
decision_event.seen_at timestamp with time zone not null
decision_event.state text not null
decision_event.tries integer not null default 0
delivery.attempts integer not null default 0
delivery.attempts_before integer not null default 0
delivery.caused_seq integer not null
delivery.content_digest bytea
delivery.content_ref uuid
delivery.created_at timestamp with time zone not null
delivery.dossier_id uuid not null
delivery.due_at timestamp with time zone
delivery.edited_ref uuid
delivery.facts jsonb not null
delivery.fields jsonb
delivery.first_attempt_at timestamp with time zone
delivery.id uuid not null
delivery.last_attempt_at timestamp with time zone
delivery.operation text not null
delivery.outcome text
delivery.partner text not null
delivery.procedure text not null
delivery.reason_code text
delivery.replay_number integer not null default 0
delivery.rule_id text
delivery.rule_version integer
delivery.settled_at timestamp with time zone
delivery.status text not null
delivery.step integer not null default 0
delivery.text_digest bytea
delivery.unit text not null
delivery.was_unknown boolean not null default false
discrepancy.cause text not null
discrepancy.class text not null
discrepancy.closed_at timestamp with time zone
discrepancy.codes text[] not null
discrepancy.dossier_id uuid
discrepancy.first_seen_at timestamp with time zone not null
discrepancy.id uuid not null
discrepancy.last_seen_at timestamp with time zone not null
discrepancy.ours integer
discrepancy.partner text not null
discrepancy.procedure text
discrepancy.reconciliation_id uuid not null
discrepancy.responsible text not null
discrepancy.seen integer not null default 1
discrepancy.state text not null
discrepancy.subject text not null
discrepancy.theirs integer
discrepancy.there_changed_at timestamp with time zone
discrepancy.unit text
dossier.attention boolean not null default false
dossier.created_at timestamp with time zone not null
dossier.id uuid not null
dossier.module text not null
dossier.procedure text not null
dossier.projection jsonb not null
dossier.received_at timestamp with time zone not null
dossier.routed_projection jsonb
dossier.routed_seq integer not null default 0
dossier.routing_blocked text
dossier.state text not null
dossier.unit text not null
dossier.updated_at timestamp with time zone not null
dossier.version integer not null
dossier_code.code text not null
dossier_code.dossier_id uuid not null
dossier_code.system text not null
dossier_progress.day date not null
dossier_progress.dossier_id uuid not null
dossier_progress.procedure text not null
dossier_progress.seq integer not null
dossier_progress.state text not null
dossier_progress.unit text not null
event_log.at timestamp with time zone not null
event_log.codes jsonb not null
event_log.data jsonb not null
event_log.dossier_id uuid
event_log.event_id uuid not null
event_log.position bigint not null
event_log.seq integer
event_log.traceparent text
event_log.type text not null
event_log.unit text
event_outbox.at timestamp with time zone not null
event_outbox.codes jsonb not null default '{}'::jsonb
event_outbox.data jsonb not null
event_outbox.dossier_id uuid
event_outbox.event_id uuid not null
event_outbox.id bigint not null generated always as identity
event_outbox.seq integer
event_outbox.traceparent text
event_outbox.type text not null
event_outbox.unit text
file_token.content_type text not null
file_token.expires_at timestamp with time zone not null
file_token.extension text not null
file_token.issued_at timestamp with time zone not null
file_token.partner text not null
file_token.ref uuid not null
file_token.revoked_at timestamp with time zone
file_token.seed bytea not null
file_token.token_hash bytea not null
file_token.uses integer not null default 0
hold.canary_id uuid
hold.dossier_id uuid
hold.drain_from timestamp with time zone
hold.drained integer not null default 0
hold.ends_at timestamp with time zone
hold.id uuid not null
hold.operation text
hold.over_at timestamp with time zone
hold.partner text not null
hold.placed_by text not null
hold.reason text not null
hold.release_per_second double precision
hold.released_at timestamp with time zone
hold.released_by text
hold.starts_at timestamp with time zone not null
hold.state text not null default 'in-force'::text
hold.unit text
idempotency.at timestamp with time zone not null
idempotency.client_id text not null
idempotency.key text not null
idempotency.request_digest bytea not null
idempotency.response jsonb not null
idempotency.status integer not null
intake_message.at timestamp with time zone not null
intake_message.content_digest bytea not null
intake_message.disposition text not null
intake_message.dossier_id uuid
intake_message.external_code text
intake_message.id uuid not null
intake_message.listing_digest bytea
intake_message.raw_ref uuid
intake_message.source text not null
intake_message.stages jsonb not null
journal.actor jsonb not null
journal.at timestamp with time zone not null
journal.data jsonb not null
journal.dossier_id uuid not null
journal.event_id uuid not null
journal.seq integer not null
journal.type text not null
lane.dossier_id uuid not null
lane.due_at timestamp with time zone
lane.fence bigint not null default 0
lane.last_settled_at timestamp with time zone
lane.lease_owner text
lane.lease_until timestamp with time zone
lane.partner text not null
lane.state text not null default 'open'::text
legal_hold.dossier_id uuid not null
legal_hold.id uuid not null
legal_hold.lift_expires_at timestamp with time zone
legal_hold.lift_reason text
legal_hold.lift_requested_at timestamp with time zone
legal_hold.lift_requested_by text
legal_hold.lifted_at timestamp with time zone
legal_hold.lifted_by text
legal_hold.placed_at timestamp with time zone not null
legal_hold.placed_by text not null
legal_hold.reason text not null
listing_watch.code text not null
listing_watch.fetches integer not null
listing_watch.listing_digest bytea not null
listing_watch.next_fetch_at timestamp with time zone not null
listing_watch.refused integer not null
listing_watch.source text not null
oidc_log_in.code_verifier text not null
oidc_log_in.expires_at timestamp with time zone not null
oidc_log_in.nonce text not null
oidc_log_in.state text not null
oidc_log_in.ticket_hash bytea not null
partner_state.breaker text not null default 'closed'::text
partner_state.breaker_until timestamp with time zone
partner_state.closed_at timestamp with time zone
partner_state.day date not null default CURRENT_DATE
partner_state.day_used integer not null default 0
partner_state.last_up_at timestamp with time zone
partner_state.openings integer not null default 0
partner_state.partner text not null
partner_state.tokens double precision not null default 0
partner_state.tokens_at timestamp with time zone not null default now()
person_backfill.after_answer bytea
person_backfill.after_dossier uuid
person_backfill.begins_at timestamp with time zone not null
person_backfill.finished_at timestamp with time zone
person_backfill.one boolean not null default true
person_backfill.unreadable integer not null default 0
person_index.digest bytea not null
person_index.dossier_id uuid not null
person_index.fields text[] not null
person_request.approved_at timestamp with time zone
person_request.approved_by text
person_request.dossiers uuid[] not null
person_request.expires_at timestamp with time zone not null
person_request.id uuid not null
person_request.index_incomplete boolean not null default false
person_request.kind text not null
person_request.reason text not null
person_request.requested_at timestamp with time zone not null
person_request.requested_by text not null
person_request.set_digest text not null
person_request.state text not null
person_request.takes integer not null default 0
person_request.withdrawn_at timestamp with time zone
person_session.client_id text not null
person_session.expires_at timestamp with time zone not null
person_session.how text not null
person_session.password_set_at timestamp with time zone
person_session.roles text[] not null
person_session.seen_at timestamp with time zone not null
person_session.started_at timestamp with time zone not null
person_session.token_hash bytea not null
person_session.units text[]
personal_view.account text not null
personal_view.at timestamp with time zone not null
personal_view.dossier_id uuid
personal_view.expires_at timestamp with time zone not null
personal_view.fields text[] not null
personal_view.id uuid not null
personal_view.kind text not null
personal_view.looks integer not null default 1
personal_view.purpose text not null
personal_view.reason text
personal_view.sensitive integer not null
poll_evidence.at timestamp with time zone not null
poll_evidence.digest bytea not null
poll_evidence.partner text not null
poll_evidence.reason text not null
poll_evidence.ref uuid not null
poller.fence bigint not null default 0
poller.last_error text
poller.last_finished_at timestamp with time zone
poller.last_started_at timestamp with time zone
poller.lease_owner text
poller.lease_until timestamp with time zone
poller.memory jsonb not null default '{}'::jsonb
poller.name text not null
quarantine.codes jsonb not null
quarantine.field text
quarantine.first_seen timestamp with time zone not null
quarantine.id uuid not null
quarantine.item_key text not null
quarantine.last_seen timestamp with time zone not null
quarantine.listing_digest bytea
quarantine.message_id uuid
quarantine.reason text not null
quarantine.reason_code text not null
quarantine.responsible text not null
quarantine.seen integer not null
quarantine.source text not null
quarantine.stage text not null
quarantine.state text not null
quarantine.unit text
quarantine_request.approved_at timestamp with time zone
quarantine_request.approved_by text
quarantine_request.expires_at timestamp with time zone not null
quarantine_request.given_up jsonb
quarantine_request.id uuid not null
quarantine_request.items jsonb not null
quarantine_request.reason text not null
quarantine_request.requested_at timestamp with time zone not null
quarantine_request.requested_by text not null
quarantine_request.set_digest text not null
quarantine_request.skipped jsonb
quarantine_request.state text not null
quarantine_request.withdrawn_at timestamp with time zone
receipt.at timestamp with time zone not null
receipt.body jsonb not null
receipt.client_id text not null
receipt.dossier_id uuid
receipt.id uuid not null
receipt.leaf_index bigint
receipt.operation text not null
reconciliation.agreed integer not null default 0
reconciliation.because jsonb not null default '{}'::jsonb
reconciliation.calls integer not null default 0
reconciliation.cause text not null
reconciliation.differing integer not null default 0
reconciliation.ended_at timestamp with time zone
reconciliation.failure_code text
reconciliation.failures integer not null default 0
reconciliation.fence bigint not null default 0
reconciliation.id uuid not null
reconciliation.lease_owner text
reconciliation.lease_until timestamp with time zone
reconciliation.list_failed boolean not null default false
reconciliation.not_looked_at integer not null default 0
reconciliation.partner text not null
reconciliation.reached jsonb
reconciliation.reason_code text
reconciliation.requested_at timestamp with time zone not null
reconciliation.requested_by text
reconciliation.retry_at timestamp with time zone
reconciliation.slot timestamp with time zone
reconciliation.started_at timestamp with time zone
reconciliation.state text not null
reconciliation.stopped_by text
reconciliation.throttled integer not null default 0
reconciliation.throttled_since timestamp with time zone
reconciliation.unreadable integer not null default 0
reconciliation.window_from timestamp with time zone not null
reconciliation.window_to timestamp with time zone not null
reconciliation_daily.partner text not null
reconciliation_daily.since timestamp with time zone not null
reconciliation_seen.differs boolean not null
reconciliation_seen.dossier_id uuid not null
reconciliation_seen.reconciliation_id uuid not null
registry_answer.dossier_id uuid not null
registry_answer.ref uuid not null
registry_watch.absence_told boolean not null default false
registry_watch.absent_since timestamp with time zone
registry_watch.code text not null
registry_watch.dossier_id uuid not null
registry_watch.lease_owner text
registry_watch.lease_until timestamp with time zone
registry_watch.module text not null
registry_watch.next_poll_at timestamp with time zone
registry_watch.polls integer not null default 0
registry_watch.row_changed_at timestamp with time zone
registry_watch.watch_since timestamp with time zone not null
replay_item.action text
replay_item.class text
replay_item.delivery_id uuid not null
replay_item.dossier_id uuid not null
replay_item.edited_ref uuid
replay_item.ended_at timestamp with time zone
replay_item.found jsonb
replay_item.is_last boolean not null
replay_item.number integer not null
replay_item.plan_id uuid not null
replay_item.released_at timestamp with time zone
replay_item.sent_id uuid
replay_item.state text not null default 'pending'::text
replay_plan.action text not null
replay_plan.approval_expires_at timestamp with time zone
replay_plan.approved_at timestamp with time zone
replay_plan.approved_by text
replay_plan.counts jsonb not null
replay_plan.created_at timestamp with time zone not null
replay_plan.dossiers integer not null
replay_plan.drain_from timestamp with time zone
replay_plan.drained integer not null default 0
replay_plan.dry_run_at timestamp with time zone
replay_plan.edited_fields text[]
replay_plan.ended_at timestamp with time zone
replay_plan.hash bytea
replay_plan.id uuid not null
replay_plan.items integer not null
replay_plan.lease_owner text
replay_plan.lease_until timestamp with time zone
replay_plan.link jsonb
replay_plan.looked_number integer not null default 0
replay_plan.max_error_share double precision not null
replay_plan.needs_approval boolean
replay_plan.next_number integer not null default 1
replay_plan.ramp_from timestamp with time zone
replay_plan.rate_per_second double precision not null
replay_plan.reason text not null
replay_plan.reason_code text not null
replay_plan.requested_by text not null
replay_plan.selection jsonb not null
replay_plan.selection_hash bytea not null
replay_plan.source text not null
replay_plan.started_at timestamp with time zone
replay_plan.started_by text
replay_plan.starts_by_policy boolean not null default false
replay_plan.state text not null
replay_plan.stop jsonb
replay_plan.totals jsonb
replay_plan.units text[] not null
replay_plan.wave integer not null default 0
replay_plan.wave_failed integer not null default 0
replay_plan.wave_first integer not null default 1
replay_plan.wave_last integer not null default 0
replay_watch.action text not null
replay_watch.ended_at timestamp with time zone
replay_watch.ended_by text
replay_watch.finding text
replay_watch.id uuid not null
replay_watch.placed_at timestamp with time zone not null
replay_watch.placed_by text not null
replay_watch.plan_id uuid
replay_watch.probed_at timestamp with time zone
replay_watch.reason text not null
replay_watch.reason_code text not null
replay_watch.selection jsonb not null
replay_watch.state text not null default 'watching'::text
replay_watch.successes integer not null default 0
replay_watch.units text[]
reply_rule_version.at timestamp with time zone not null
reply_rule_version.made_by text not null
reply_rule_version.partner text not null
reply_rule_version.rules jsonb not null
reply_rule_version.version integer not null
schema_migration.id integer not null default nextval('schema_migration_id_seq'::regclass)
schema_migration.name character varying not null
schema_migration.timestamp bigint not null
sequencer.id integer not null
sequencer.next_leaf bigint not null
sequencer.next_position bigint not null
synclog_archive.archived_at timestamp with time zone not null
synclog_archive.before_leaf bigint not null
synclog_archive.entry_id uuid not null
synclog_archive.month text not null
synclog_archive.until_at timestamp with time zone not null
synclog_checkpoint.note text not null
synclog_checkpoint.root bytea not null
synclog_checkpoint.signed_at timestamp with time zone not null
synclog_checkpoint.size bigint not null
synclog_cosignature.line text not null
synclog_cosignature.received_at timestamp with time zone not null
synclog_cosignature.size bigint not null
synclog_cosignature.witness text not null
synclog_entry.at timestamp with time zone not null
synclog_entry.bytes bytea not null
synclog_entry.dossier_id uuid
synclog_entry.id uuid not null
synclog_entry.kind text not null
synclog_head.id smallint not null
synclog_head.partials bytea[] not null
synclog_head.root bytea not null
synclog_head.size bigint not null
synclog_indexed.bundle integer not null
synclog_indexed.first_at timestamp with time zone
synclog_indexed.last_at timestamp with time zone
synclog_key_statement.new_key text not null
synclog_key_statement.ordinal integer not null
synclog_key_statement.stated_at timestamp with time zone not null
synclog_key_statement.statement text not null
synclog_leaf.entry_id uuid not null
synclog_leaf.leaf_index bigint not null
synclog_month.end_id uuid not null
synclog_month.first_id uuid
synclog_month.month text not null
synclog_month.partition text not null
synclog_outbox.entry_id uuid not null
synclog_outbox.id bigint not null generated always as identity
synclog_posting.bundle integer not null
synclog_posting.places bit(256) not null
synclog_posting.term bigint not null
synclog_tile.hashes bytea not null
synclog_tile.level smallint not null
synclog_tile.tile_index bigint not null
synclog_witness.ask_after timestamp with time zone not null
synclog_witness.failures integer not null
synclog_witness.size bigint not null
synclog_witness.witness text not null
timer.cancelled_at timestamp with time zone
timer.caused_seq integer not null
timer.data jsonb not null default '{}'::jsonb
timer.dossier_id uuid not null
timer.due_at timestamp with time zone not null
timer.fired_at timestamp with time zone
timer.id uuid not null
timer.kind text not null
vault_chunk.ciphertext bytea not null
vault_chunk.number integer not null
vault_chunk.object_id uuid not null
vault_draft.begun_at timestamp with time zone not null
vault_draft.id uuid not null
vault_draft.outside boolean not null default false
vault_installation.id uuid not null default gen_random_uuid()
vault_key.created_at timestamp with time zone not null
vault_key.erased_at timestamp with time zone
vault_key.id uuid not null
vault_key.master_key_id text not null
vault_key.owner_id uuid not null
vault_key.owner_kind text not null
vault_key.wrapped bytea
vault_master_key.id text not null
vault_master_key.recorded_at timestamp with time zone not null
vault_master_key.retired_at timestamp with time zone
vault_object.chunk_count integer not null default 0
vault_object.ciphertext bytea not null
vault_object.content_type text not null
vault_object.created_at timestamp with time zone not null
vault_object.digest bytea not null
vault_object.id uuid not null
vault_object.key_id uuid not null
vault_object.kind text not null
vault_object.nonce bytea not null
vault_object.place uuid
vault_object.salt bytea not null
vault_object.size_bytes integer not null
vault_object.wrapped_key bytea not null
vault_removal.aside boolean not null default false
vault_removal.due_at timestamp with time zone not null
vault_removal.object_id uuid not null
vault_removal.outside boolean not null
webhook.failing_since timestamp with time zone
webhook.failure_code text
webhook.failures integer not null default 0
webhook.id text not null
webhook.key_id text
webhook.last_success_at timestamp with time zone
webhook.lease_owner text
webhook.lease_until timestamp with time zone
webhook.position bigint not null
webhook.post_after timestamp with time zone not null
webhook.reason_code text
webhook.state text not null
worker.heartbeat_at timestamp with time zone not null
worker.id text not null
worker.roles text[] not null
worker.started_at timestamp with time zone not null

-- constraints
access_change: CHECK (((state <> 'confirmed'::text) OR ((decided_by IS NOT NULL) AND (decided_by <> proposed_by))))
access_change: CHECK ((kind = ANY (ARRAY['create-client'::text, 'create-account'::text, 'set-access'::text, 'disable'::text, 'enable'::text, 'reset-password'::text, 'reset-totp'::text, 'link-oidc'::text])))
access_change: CHECK ((state = ANY (ARRAY['open'::text, 'confirmed'::text, 'declined'::text, 'expired'::text])))
access_change: PRIMARY KEY (id)
account: CHECK (((oidc_issuer IS NULL) = (oidc_subject IS NULL)))
account: FOREIGN KEY (client_id) REFERENCES client(id)
account: PRIMARY KEY (client_id)
account: UNIQUE (oidc_issuer, oidc_subject)
account: UNIQUE (username)
attempt: CHECK ((kind = ANY (ARRAY['call'::text, 'probe'::text])))
attempt: CHECK ((wire = ANY (ARRAY['not-written'::text, 'written'::text, 'answered'::text])))
attempt: PRIMARY KEY (id)
bus_cursor: PRIMARY KEY (consumer, partition)
bus_member: PRIMARY KEY (consumer, member)
bus_rejected: PRIMARY KEY (id)
bus_rejected: UNIQUE (consumer, topic, partition, record_offset)
client: CHECK ((kind = ANY (ARRAY['machine'::text, 'person'::text])))
client: CHECK ((requests_per_day > 0))
client: CHECK ((requests_per_minute > 0))
client: PRIMARY KEY (id)
client_certificate: CHECK ((num_nonnulls(sha256, subject) = 1))
client_certificate: CHECK ((octet_length(sha256) = 32))
client_certificate: CHECK ((subject <> ''::text))
client_certificate: FOREIGN KEY (client_id) REFERENCES client(id)
client_certificate: PRIMARY KEY (id)
client_secret: FOREIGN KEY (client_id) REFERENCES client(id)
client_secret: PRIMARY KEY (id)
client_usage: FOREIGN KEY (client_id) REFERENCES client(id)
client_usage: PRIMARY KEY (client_id)
configuration_file: CHECK ((octet_length(digest) = 32))
configuration_file: PRIMARY KEY (part, path)
decision_event: CHECK ((state = ANY (ARRAY['waiting'::text, 'applied'::text, 'conflict'::text, 'quarantined'::text])))
decision_event: PRIMARY KEY ("position")
decision_event: UNIQUE (id)
delivery: CHECK (((due_at IS NOT NULL) OR (status <> ALL (ARRAY['queued'::text, 'waiting'::text]))))
delivery: CHECK ((outcome = ANY (ARRAY['accepted'::text, 'already-applied'::text, 'refused'::text, 'retry'::text, 'unknown'::text])))
delivery: CHECK ((status = ANY (ARRAY['queued'::text, 'in-flight'::text, 'waiting'::text, 'unknown'::text, 'settled'::text, 'dead'::text, 'cancelled'::text])))
delivery: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
delivery: PRIMARY KEY (id)
delivery: UNIQUE (partner, dossier_id, caused_seq, replay_number, step)
discrepancy: CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL)))
discrepancy: CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
discrepancy: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
discrepancy: FOREIGN KEY (reconciliation_id) REFERENCES reconciliation(id)
discrepancy: PRIMARY KEY (id)
dossier: CHECK ((module = ANY (ARRAY['KS'::text, 'KT'::text])))
dossier: CHECK ((routed_seq <= version))
dossier: CHECK ((state = ANY (ARRAY['received'::text, 'with-one-stop'::text, 'awaiting-supplement'::text, 'with-registry'::text, 'registered'::text, 'finished'::text, 'refused'::text, 'withdrawn'::text, 'stopped'::text])))
dossier: CHECK ((version > 0))
dossier: PRIMARY KEY (id)
dossier_code: CHECK ((system = ANY (ARRAY['dvclt'::text, 'one-stop'::text, 'registry'::text])))
dossier_code: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
dossier_code: PRIMARY KEY (system, code)
dossier_progress: PRIMARY KEY (dossier_id)
event_log: PRIMARY KEY ("position")
event_outbox: PRIMARY KEY (id)
file_token: FOREIGN KEY (ref) REFERENCES vault_object(id)
file_token: PRIMARY KEY (token_hash)
hold: CHECK ((state = ANY (ARRAY['in-force'::text, 'canary'::text, 'draining'::text, 'over'::text])))
hold: PRIMARY KEY (id)
idempotency: PRIMARY KEY (client_id, key)
intake_message: CHECK ((disposition = ANY (ARRAY['accepted'::text, 'supplement'::text, 'duplicate'::text, 'conflict'::text, 'quarantined'::text])))
intake_message: PRIMARY KEY (id)
journal: CHECK ((seq > 0))
journal: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
journal: PRIMARY KEY (dossier_id, seq)
journal: UNIQUE (event_id)
lane: CHECK ((state = ANY (ARRAY['open'::text, 'parked'::text])))
lane: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
lane: PRIMARY KEY (partner, dossier_id)
legal_hold: CHECK (((lifted_by IS NULL) = (lifted_at IS NULL)))
legal_hold: CHECK (((lifted_by IS NULL) OR (lift_requested_by IS NOT NULL)))
legal_hold: CHECK ((lifted_by <> lift_requested_by))
legal_hold: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
legal_hold: PRIMARY KEY (id)
listing_watch: PRIMARY KEY (source, code)
oidc_log_in: CHECK ((octet_length(ticket_hash) = 32))
oidc_log_in: PRIMARY KEY (ticket_hash)
partner_state: CHECK ((breaker = ANY (ARRAY['closed'::text, 'open'::text, 'half-open'::text])))
partner_state: PRIMARY KEY (partner)
person_backfill: CHECK (one)
person_backfill: PRIMARY KEY (one)
person_index: CHECK ((octet_length(digest) = 32))
person_index: PRIMARY KEY (digest, dossier_id)
person_request: CHECK (((state = 'approved'::text) = (approved_by IS NOT NULL)))
person_request: CHECK (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL)))
person_request: CHECK ((approved_by <> requested_by))
person_request: CHECK ((kind = ANY (ARRAY['export'::text, 'erase'::text])))
person_request: CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'withdrawn'::text])))
person_request: PRIMARY KEY (id)
person_session: CHECK ((how = ANY (ARRAY['password'::text, 'oidc'::text])))
person_session: CHECK ((octet_length(token_hash) = 32))
person_session: FOREIGN KEY (client_id) REFERENCES client(id)
person_session: PRIMARY KEY (token_hash)
personal_view: CHECK ((kind = ANY (ARRAY['fields'::text, 'file'::text, 'search'::text, 'export'::text])))
personal_view: CHECK ((looks > 0))
personal_view: CHECK ((sensitive >= 0))
personal_view: PRIMARY KEY (id)
poll_evidence: PRIMARY KEY (partner, digest)
poller: PRIMARY KEY (name)
quarantine: CHECK ((state = ANY (ARRAY['open'::text, 'rerun'::text, 'resolved'::text, 'given-up'::text])))
quarantine: FOREIGN KEY (message_id) REFERENCES intake_message(id)
quarantine: PRIMARY KEY (id)
quarantine_request: CHECK (((state = 'approved'::text) = (approved_by IS NOT NULL)))
quarantine_request: CHECK (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL)))
quarantine_request: CHECK ((approved_by <> requested_by))
quarantine_request: CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'withdrawn'::text])))
quarantine_request: PRIMARY KEY (id)
receipt: PRIMARY KEY (id)
reconciliation: CHECK (((cause = 'demand'::text) = (requested_by IS NOT NULL)))
reconciliation: CHECK (((cause = 'schedule'::text) = (slot IS NOT NULL)))
reconciliation: CHECK (((state = ANY (ARRAY['finished'::text, 'stopped'::text, 'skipped'::text])) = (ended_at IS NOT NULL)))
reconciliation: CHECK ((cause = ANY (ARRAY['demand'::text, 'schedule'::text])))
reconciliation: CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'finished'::text, 'stopped'::text, 'skipped'::text])))
reconciliation: CHECK ((window_to > window_from))
reconciliation: PRIMARY KEY (id)
reconciliation: UNIQUE (partner, slot)
reconciliation_daily: PRIMARY KEY (partner)
reconciliation_seen: FOREIGN KEY (reconciliation_id) REFERENCES reconciliation(id)
reconciliation_seen: PRIMARY KEY (reconciliation_id, dossier_id)
registry_answer: PRIMARY KEY (ref, dossier_id)
registry_watch: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
registry_watch: PRIMARY KEY (dossier_id)
replay_item: CHECK ((action = ANY (ARRAY['send'::text, 'settle'::text, 'cancel'::text, 'skip'::text])))
replay_item: CHECK ((state = ANY (ARRAY['pending'::text, 'released'::text, 'done'::text, 'failed'::text, 'skipped'::text])))
replay_item: FOREIGN KEY (plan_id) REFERENCES replay_plan(id) DEFERRABLE INITIALLY DEFERRED
replay_item: PRIMARY KEY (plan_id, number)
replay_plan: CHECK ((action = ANY (ARRAY['replay'::text, 'mark-done'::text, 'give-up'::text, 'link-registration'::text])))
replay_plan: CHECK ((source = ANY (ARRAY['dead-letters'::text, 'history'::text])))
replay_plan: CHECK ((state = ANY (ARRAY['draft'::text, 'dry-running'::text, 'dry-run'::text, 'approved'::text, 'running'::text, 'paused'::text, 'stopped'::text, 'done'::text, 'cancelled'::text])))
replay_plan: PRIMARY KEY (id)
replay_watch: CHECK ((action = ANY (ARRAY['propose'::text, 'start'::text])))
replay_watch: CHECK ((state = ANY (ARRAY['watching'::text, 'met'::text, 'ended'::text])))
replay_watch: FOREIGN KEY (plan_id) REFERENCES replay_plan(id)
replay_watch: PRIMARY KEY (id)
reply_rule_version: PRIMARY KEY (partner, version)
schema_migration: PRIMARY KEY (id)
sequencer: CHECK ((id = 1))
sequencer: PRIMARY KEY (id)
synclog_archive: CHECK (((before_leaf % (256)::bigint) = 0))
synclog_archive: PRIMARY KEY (month)
synclog_checkpoint: CHECK ((octet_length(root) = 32))
synclog_checkpoint: PRIMARY KEY (size)
synclog_cosignature: FOREIGN KEY (size) REFERENCES synclog_checkpoint(size)
synclog_cosignature: PRIMARY KEY (size, witness)
synclog_entry: CHECK ((octet_length(bytes) <= 16384))
synclog_entry: PRIMARY KEY (id)
synclog_head: CHECK ((id = 1))
synclog_head: CHECK ((octet_length(root) = 32))
synclog_head: PRIMARY KEY (id)
synclog_indexed: PRIMARY KEY (bundle)
synclog_key_statement: CHECK ((ordinal > 0))
synclog_key_statement: PRIMARY KEY (ordinal)
synclog_key_statement: UNIQUE (new_key)
synclog_leaf: PRIMARY KEY (leaf_index)
synclog_leaf: UNIQUE (entry_id)
synclog_month: CHECK ((month ~ '^\d{4}-(0[1-9]|1[0-2])$'::text))
synclog_month: PRIMARY KEY (month)
synclog_month: UNIQUE (end_id)
synclog_month: UNIQUE (partition)
synclog_outbox: PRIMARY KEY (id)
synclog_posting: PRIMARY KEY (term, bundle) INCLUDE (places)
synclog_tile: CHECK ((octet_length(hashes) = 8192))
synclog_tile: PRIMARY KEY (level, tile_index)
synclog_witness: PRIMARY KEY (witness)
timer: FOREIGN KEY (dossier_id) REFERENCES dossier(id)
timer: PRIMARY KEY (id)
timer: UNIQUE (dossier_id, kind, caused_seq)
vault_chunk: CHECK ((number >= 0))
vault_chunk: PRIMARY KEY (object_id, number)
vault_draft: PRIMARY KEY (id)
vault_key: CHECK ((owner_kind = ANY (ARRAY['dossier'::text, 'message'::text])))
vault_key: PRIMARY KEY (id)
vault_key: UNIQUE (owner_kind, owner_id)
vault_master_key: PRIMARY KEY (id)
vault_object: CHECK ((chunk_count >= 0))
vault_object: FOREIGN KEY (key_id) REFERENCES vault_key(id)
vault_object: PRIMARY KEY (id)
vault_removal: PRIMARY KEY (object_id)
webhook: CHECK (((failures > 0) = (failing_since IS NOT NULL)))
webhook: CHECK (((state = 'stopped'::text) = (reason_code IS NOT NULL)))
webhook: CHECK ((state = ANY (ARRAY['running'::text, 'stopped'::text])))
webhook: PRIMARY KEY (id)
worker: PRIMARY KEY (id)

-- indexes
CREATE INDEX access_change_due ON public.access_change USING btree (expires_at) WHERE (state = 'open'::text)
CREATE INDEX account_idle ON public.account USING btree (active_at)
CREATE INDEX attempt_delivery ON public.attempt USING btree (delivery_id, started_at)
CREATE INDEX client_certificate_client ON public.client_certificate USING btree (client_id, created_at)
CREATE INDEX client_secret_client ON public.client_secret USING btree (client_id, created_at)
CREATE INDEX decision_event_dvclt ON public.decision_event USING btree (((codes ->> 'dvclt'::text)))
CREATE INDEX decision_event_onestop ON public.decision_event USING btree (((codes ->> 'oneStop'::text)))
CREATE INDEX decision_event_waiting ON public.decision_event USING btree ("position") WHERE (state = 'waiting'::text)
CREATE INDEX delivery_dead ON public.delivery USING btree (id) WHERE (status = ANY (ARRAY['dead'::text, 'unknown'::text]))
CREATE INDEX delivery_dossier ON public.delivery USING btree (dossier_id)
CREATE INDEX delivery_lane ON public.delivery USING btree (partner, dossier_id, caused_seq, replay_number, step) WHERE (status = ANY (ARRAY['queued'::text, 'in-flight'::text, 'waiting'::text, 'unknown'::text, 'dead'::text]))
CREATE INDEX delivery_settled_at ON public.delivery USING brin (settled_at) WITH (pages_per_range='16')
CREATE INDEX delivery_text ON public.delivery USING btree (text_digest) WHERE ((status = 'unknown'::text) AND (text_digest IS NOT NULL))
CREATE INDEX discrepancy_dossier ON public.discrepancy USING btree (dossier_id)
CREATE INDEX discrepancy_run ON public.discrepancy USING btree (reconciliation_id)
CREATE INDEX dossier_attention ON public.dossier USING btree (id) WHERE attention
CREATE INDEX dossier_code_any ON public.dossier_code USING btree (code)
CREATE INDEX dossier_code_dossier ON public.dossier_code USING btree (dossier_id)
CREATE INDEX dossier_progress_unit_day ON public.dossier_progress USING btree (unit, day)
CREATE INDEX dossier_unrouted ON public.dossier USING btree (updated_at) WHERE ((routed_seq < version) AND (routing_blocked IS NULL))
CREATE INDEX event_log_dossier ON public.event_log USING btree (dossier_id, seq)
CREATE INDEX hold_open ON public.hold USING btree (partner, id) WHERE (state <> 'over'::text)
CREATE INDEX intake_message_code ON public.intake_message USING btree (source, external_code)
CREATE INDEX intake_message_dossier ON public.intake_message USING btree (dossier_id)
CREATE INDEX lane_due ON public.lane USING btree (partner, due_at) WHERE ((state = 'open'::text) AND (due_at IS NOT NULL))
CREATE INDEX lane_leased ON public.lane USING btree (lease_until) WHERE (lease_owner IS NOT NULL)
CREATE INDEX legal_hold_standing ON public.legal_hold USING btree (dossier_id) WHERE (lifted_at IS NULL)
CREATE INDEX oidc_log_in_end ON public.oidc_log_in USING btree (expires_at)
CREATE INDEX person_index_dossier ON public.person_index USING btree (dossier_id)
CREATE INDEX person_session_client ON public.person_session USING btree (client_id)
CREATE INDEX person_session_end ON public.person_session USING btree (expires_at)
CREATE INDEX personal_view_account ON public.personal_view USING btree (account, kind, at)
CREATE INDEX poll_evidence_reason ON public.poll_evidence USING btree (partner, reason, at)
CREATE INDEX quarantine_dvclt ON public.quarantine USING btree (((codes ->> 'dvclt'::text))) WHERE (state = ANY (ARRAY['open'::text, 'rerun'::text]))
CREATE INDEX quarantine_given_up ON public.quarantine USING btree (source, item_key, id) WHERE (state = 'given-up'::text)
CREATE INDEX quarantine_kind ON public.quarantine USING btree (source, stage, reason_code) WHERE (state = 'open'::text)
CREATE INDEX quarantine_onestop ON public.quarantine USING btree (((codes ->> 'oneStop'::text))) WHERE (state = ANY (ARRAY['open'::text, 'rerun'::text]))
CREATE INDEX quarantine_rerun ON public.quarantine USING btree (id) WHERE (state = 'rerun'::text)
CREATE INDEX registry_answer_dossier ON public.registry_answer USING btree (dossier_id)
CREATE INDEX registry_watch_due ON public.registry_watch USING btree (next_poll_at) WHERE (next_poll_at IS NOT NULL)
CREATE INDEX replay_item_delivery ON public.replay_item USING btree (delivery_id)
CREATE INDEX replay_item_ended ON public.replay_item USING btree (plan_id, ended_at) WHERE (state = ANY (ARRAY['done'::text, 'failed'::text]))
CREATE INDEX replay_item_released ON public.replay_item USING btree (plan_id, number) WHERE (state = 'released'::text)
CREATE INDEX replay_plan_work ON public.replay_plan USING btree (id) WHERE ((state = ANY (ARRAY['dry-running'::text, 'running'::text, 'paused'::text, 'stopped'::text, 'cancelled'::text])) AND (ended_at IS NULL))
CREATE INDEX replay_watch_open ON public.replay_watch USING btree (probed_at) WHERE (state = 'watching'::text)
CREATE INDEX synclog_entry_dossier ON ONLY public.synclog_entry USING btree (dossier_id, id)
CREATE INDEX timer_due ON public.timer USING btree (due_at) WHERE ((fired_at IS NULL) AND (cancelled_at IS NULL))
CREATE INDEX vault_draft_begun ON public.vault_draft USING btree (begun_at)
CREATE INDEX vault_key_master ON public.vault_key USING btree (master_key_id, id) WHERE (wrapped IS NOT NULL)
CREATE INDEX vault_object_key ON public.vault_object USING btree (key_id)
CREATE INDEX vault_object_large ON public.vault_object USING btree (size_bytes, id) WHERE ((place IS NULL) AND (size_bytes >= 65536))
CREATE UNIQUE INDEX "PK_0edff5015b71cc0389ae0f4b9a1" ON public.schema_migration USING btree (id)
CREATE UNIQUE INDEX access_change_open ON public.access_change USING btree (client_id) WHERE (state = 'open'::text)
CREATE UNIQUE INDEX access_change_pkey ON public.access_change USING btree (id)
CREATE UNIQUE INDEX account_oidc_issuer_oidc_subject_key ON public.account USING btree (oidc_issuer, oidc_subject)
CREATE UNIQUE INDEX account_pkey ON public.account USING btree (client_id)
CREATE UNIQUE INDEX account_username_key ON public.account USING btree (username)
CREATE UNIQUE INDEX attempt_pkey ON public.attempt USING btree (id)
CREATE UNIQUE INDEX bus_cursor_pkey ON public.bus_cursor USING btree (consumer, partition)
CREATE UNIQUE INDEX bus_member_pkey ON public.bus_member USING btree (consumer, member)
CREATE UNIQUE INDEX bus_rejected_consumer_topic_partition_record_offset_key ON public.bus_rejected USING btree (consumer, topic, partition, record_offset)
CREATE UNIQUE INDEX bus_rejected_pkey ON public.bus_rejected USING btree (id)
CREATE UNIQUE INDEX client_certificate_pkey ON public.client_certificate USING btree (id)
CREATE UNIQUE INDEX client_certificate_sha256 ON public.client_certificate USING btree (sha256) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX client_certificate_subject ON public.client_certificate USING btree (subject) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX client_pkey ON public.client USING btree (id)
CREATE UNIQUE INDEX client_secret_pkey ON public.client_secret USING btree (id)
CREATE UNIQUE INDEX client_usage_pkey ON public.client_usage USING btree (client_id)
CREATE UNIQUE INDEX configuration_file_pkey ON public.configuration_file USING btree (part, path)
CREATE UNIQUE INDEX decision_event_id_key ON public.decision_event USING btree (id)
CREATE UNIQUE INDEX decision_event_pkey ON public.decision_event USING btree ("position")
CREATE UNIQUE INDEX delivery_partner_dossier_id_caused_seq_replay_number_step_key ON public.delivery USING btree (partner, dossier_id, caused_seq, replay_number, step)
CREATE UNIQUE INDEX delivery_pkey ON public.delivery USING btree (id)
CREATE UNIQUE INDEX discrepancy_open ON public.discrepancy USING btree (partner, subject) WHERE (state = 'open'::text)
CREATE UNIQUE INDEX discrepancy_pkey ON public.discrepancy USING btree (id)
CREATE UNIQUE INDEX dossier_code_pkey ON public.dossier_code USING btree (system, code)
CREATE UNIQUE INDEX dossier_pkey ON public.dossier USING btree (id)
CREATE UNIQUE INDEX dossier_progress_pkey ON public.dossier_progress USING btree (dossier_id)
CREATE UNIQUE INDEX event_log_pkey ON public.event_log USING btree ("position")
CREATE UNIQUE INDEX event_outbox_pkey ON public.event_outbox USING btree (id)
CREATE UNIQUE INDEX file_token_live ON public.file_token USING btree (ref, partner) WHERE (revoked_at IS NULL)
CREATE UNIQUE INDEX file_token_pkey ON public.file_token USING btree (token_hash)
CREATE UNIQUE INDEX hold_pkey ON public.hold USING btree (id)
CREATE UNIQUE INDEX idempotency_pkey ON public.idempotency USING btree (client_id, key)
CREATE UNIQUE INDEX intake_message_pkey ON public.intake_message USING btree (id)
CREATE UNIQUE INDEX journal_event_id_key ON public.journal USING btree (event_id)
CREATE UNIQUE INDEX journal_pkey ON public.journal USING btree (dossier_id, seq)
CREATE UNIQUE INDEX lane_pkey ON public.lane USING btree (partner, dossier_id)
CREATE UNIQUE INDEX legal_hold_pkey ON public.legal_hold USING btree (id)
CREATE UNIQUE INDEX listing_watch_pkey ON public.listing_watch USING btree (source, code)
CREATE UNIQUE INDEX oidc_log_in_pkey ON public.oidc_log_in USING btree (ticket_hash)
CREATE UNIQUE INDEX partner_state_pkey ON public.partner_state USING btree (partner)
CREATE UNIQUE INDEX person_backfill_pkey ON public.person_backfill USING btree (one)
CREATE UNIQUE INDEX person_index_pkey ON public.person_index USING btree (digest, dossier_id)
CREATE UNIQUE INDEX person_request_pkey ON public.person_request USING btree (id)
CREATE UNIQUE INDEX person_session_pkey ON public.person_session USING btree (token_hash)
CREATE UNIQUE INDEX personal_view_pkey ON public.personal_view USING btree (id)
CREATE UNIQUE INDEX poll_evidence_pkey ON public.poll_evidence USING btree (partner, digest)
CREATE UNIQUE INDEX poller_pkey ON public.poller USING btree (name)
CREATE UNIQUE INDEX quarantine_open ON public.quarantine USING btree (source, item_key) WHERE (state = ANY (ARRAY['open'::text, 'rerun'::text]))
CREATE UNIQUE INDEX quarantine_pkey ON public.quarantine USING btree (id)
CREATE UNIQUE INDEX quarantine_request_pkey ON public.quarantine_request USING btree (id)
CREATE UNIQUE INDEX receipt_pkey ON public.receipt USING btree (id)
CREATE UNIQUE INDEX reconciliation_daily_pkey ON public.reconciliation_daily USING btree (partner)
CREATE UNIQUE INDEX reconciliation_open ON public.reconciliation USING btree (partner) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]))
CREATE UNIQUE INDEX reconciliation_partner_slot_key ON public.reconciliation USING btree (partner, slot)
CREATE UNIQUE INDEX reconciliation_pkey ON public.reconciliation USING btree (id)
CREATE UNIQUE INDEX reconciliation_seen_pkey ON public.reconciliation_seen USING btree (reconciliation_id, dossier_id)
CREATE UNIQUE INDEX registry_answer_pkey ON public.registry_answer USING btree (ref, dossier_id)
CREATE UNIQUE INDEX registry_watch_pkey ON public.registry_watch USING btree (dossier_id)
CREATE UNIQUE INDEX replay_item_pkey ON public.replay_item USING btree (plan_id, number)
CREATE UNIQUE INDEX replay_plan_pkey ON public.replay_plan USING btree (id)
CREATE UNIQUE INDEX replay_watch_pkey ON public.replay_watch USING btree (id)
CREATE UNIQUE INDEX reply_rule_version_pkey ON public.reply_rule_version USING btree (partner, version)
CREATE UNIQUE INDEX sequencer_pkey ON public.sequencer USING btree (id)
CREATE UNIQUE INDEX synclog_archive_pkey ON public.synclog_archive USING btree (month)
CREATE UNIQUE INDEX synclog_checkpoint_pkey ON public.synclog_checkpoint USING btree (size)
CREATE UNIQUE INDEX synclog_cosignature_pkey ON public.synclog_cosignature USING btree (size, witness)
CREATE UNIQUE INDEX synclog_entry_pkey ON ONLY public.synclog_entry USING btree (id)
CREATE UNIQUE INDEX synclog_head_pkey ON public.synclog_head USING btree (id)
CREATE UNIQUE INDEX synclog_indexed_pkey ON public.synclog_indexed USING btree (bundle)
CREATE UNIQUE INDEX synclog_key_statement_new_key_key ON public.synclog_key_statement USING btree (new_key)
CREATE UNIQUE INDEX synclog_key_statement_pkey ON public.synclog_key_statement USING btree (ordinal)
CREATE UNIQUE INDEX synclog_leaf_entry_id_key ON public.synclog_leaf USING btree (entry_id)
CREATE UNIQUE INDEX synclog_leaf_pkey ON public.synclog_leaf USING btree (leaf_index)
CREATE UNIQUE INDEX synclog_month_end_id_key ON public.synclog_month USING btree (end_id)
CREATE UNIQUE INDEX synclog_month_partition_key ON public.synclog_month USING btree (partition)
CREATE UNIQUE INDEX synclog_month_pkey ON public.synclog_month USING btree (month)
CREATE UNIQUE INDEX synclog_outbox_pkey ON public.synclog_outbox USING btree (id)
CREATE UNIQUE INDEX synclog_posting_pkey ON public.synclog_posting USING btree (term, bundle) INCLUDE (places)
CREATE UNIQUE INDEX synclog_tile_pkey ON public.synclog_tile USING btree (level, tile_index)
CREATE UNIQUE INDEX synclog_witness_pkey ON public.synclog_witness USING btree (witness)
CREATE UNIQUE INDEX timer_dossier_id_kind_caused_seq_key ON public.timer USING btree (dossier_id, kind, caused_seq)
CREATE UNIQUE INDEX timer_pkey ON public.timer USING btree (id)
CREATE UNIQUE INDEX vault_chunk_pkey ON public.vault_chunk USING btree (object_id, number)
CREATE UNIQUE INDEX vault_draft_pkey ON public.vault_draft USING btree (id)
CREATE UNIQUE INDEX vault_key_owner_kind_owner_id_key ON public.vault_key USING btree (owner_kind, owner_id)
CREATE UNIQUE INDEX vault_key_pkey ON public.vault_key USING btree (id)
CREATE UNIQUE INDEX vault_master_key_pkey ON public.vault_master_key USING btree (id)
CREATE UNIQUE INDEX vault_object_pkey ON public.vault_object USING btree (id)
CREATE UNIQUE INDEX vault_object_place ON public.vault_object USING btree (place) WHERE (place IS NOT NULL)
CREATE UNIQUE INDEX vault_removal_pkey ON public.vault_removal USING btree (object_id)
CREATE UNIQUE INDEX webhook_pkey ON public.webhook USING btree (id)
CREATE UNIQUE INDEX worker_pkey ON public.worker USING btree (id)

-- triggers
client: CREATE TRIGGER client_secret_taken_over AFTER INSERT OR UPDATE OF secret_hash ON public.client FOR EACH ROW EXECUTE FUNCTION take_over_client_secret()

-- grants of lienthong_app
access_change: INSERT, SELECT
account: INSERT, SELECT, UPDATE
attempt: DELETE, INSERT, SELECT, UPDATE
bus_cursor: DELETE, INSERT, SELECT, UPDATE
bus_member: DELETE, INSERT, SELECT, UPDATE
bus_rejected: DELETE, INSERT, SELECT, UPDATE
client: DELETE, INSERT, SELECT, UPDATE
client_certificate: INSERT, SELECT, UPDATE
client_secret: INSERT, SELECT, UPDATE
client_usage: INSERT, SELECT, UPDATE
configuration_file: DELETE, INSERT, SELECT, UPDATE
decision_event: DELETE, INSERT, SELECT, UPDATE
delivery: DELETE, INSERT, SELECT, UPDATE
discrepancy: INSERT, SELECT, UPDATE
dossier: DELETE, INSERT, SELECT, UPDATE
dossier_code: DELETE, INSERT, SELECT, UPDATE
dossier_progress: DELETE, INSERT, SELECT, UPDATE
event_log: DELETE, INSERT, SELECT, UPDATE
event_outbox: DELETE, INSERT, SELECT, UPDATE
file_token: DELETE, INSERT, SELECT, UPDATE
hold: DELETE, INSERT, SELECT, UPDATE
idempotency: DELETE, INSERT, SELECT, UPDATE
intake_message: DELETE, INSERT, SELECT, UPDATE
journal: INSERT, SELECT
lane: DELETE, INSERT, SELECT, UPDATE
legal_hold: INSERT, SELECT
listing_watch: DELETE, INSERT, SELECT, UPDATE
oidc_log_in: DELETE, INSERT, SELECT
partner_state: DELETE, INSERT, SELECT, UPDATE
person_backfill: SELECT, UPDATE
person_index: DELETE, INSERT, SELECT, UPDATE
person_request: INSERT, SELECT
person_session: DELETE, INSERT, SELECT, UPDATE
personal_view: INSERT, SELECT
poll_evidence: DELETE, INSERT, SELECT, UPDATE
poller: DELETE, INSERT, SELECT, UPDATE
quarantine: DELETE, INSERT, SELECT, UPDATE
quarantine_request: INSERT, SELECT
receipt: INSERT, SELECT
reconciliation: INSERT, SELECT, UPDATE
reconciliation_daily: DELETE, INSERT, SELECT, UPDATE
reconciliation_seen: DELETE, INSERT, SELECT, UPDATE
registry_answer: INSERT, SELECT
registry_watch: DELETE, INSERT, SELECT, UPDATE
replay_item: DELETE, INSERT, SELECT, UPDATE
replay_plan: DELETE, INSERT, SELECT, UPDATE
replay_watch: INSERT, SELECT, UPDATE
reply_rule_version: DELETE, INSERT, SELECT, UPDATE
schema_migration: DELETE, INSERT, SELECT, UPDATE
sequencer: DELETE, INSERT, SELECT, UPDATE
synclog_archive: SELECT
synclog_checkpoint: INSERT, SELECT
synclog_cosignature: INSERT, SELECT
synclog_entry: INSERT, SELECT
synclog_entry_beyond: SELECT
synclog_head: SELECT, UPDATE
synclog_indexed: INSERT, SELECT
synclog_key_statement: INSERT, SELECT
synclog_leaf: INSERT, SELECT
synclog_month: SELECT
synclog_outbox: DELETE, INSERT, SELECT
synclog_posting: INSERT, SELECT
synclog_tile: INSERT, SELECT
synclog_witness: INSERT, SELECT, UPDATE
timer: DELETE, INSERT, SELECT, UPDATE
vault_chunk: DELETE, INSERT, SELECT, UPDATE
vault_draft: DELETE, INSERT, SELECT, UPDATE
vault_installation: SELECT
vault_key: DELETE, INSERT, SELECT, UPDATE
vault_master_key: INSERT, SELECT, UPDATE
vault_object: DELETE, INSERT, SELECT, UPDATE
vault_removal: DELETE, INSERT, SELECT
webhook: INSERT, SELECT, UPDATE
worker: DELETE, INSERT, SELECT, UPDATE
