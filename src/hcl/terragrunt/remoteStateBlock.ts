import type { Attribute, AttributeValue, BackendBlock, TextRange } from '../../core/backendBlock';
import type { GeneratedFile } from '../../core/resolution';
import { evaluate } from '../static/evaluator';
import type { Expression } from '../static/expression';
import { isObject, toPlain, toText, Unresolvable, type StaticValue } from '../static/staticValue';
import { attempt } from './attempt';
import { isBlock, type ConfigScope } from './configScope';
import type { FoundRemoteState } from './evaluation';
import type { WrittenExpression } from './terragruntFile';

/** Keys of `config` that Terragrunt keeps for itself: for the bucket and the table that it creates. */
const ownKeys: ReadonlySet<string> = new Set([
  's3_bucket_tags',
  'dynamodb_table_tags',
  'accesslogging_bucket_tags',
  'skip_bucket_versioning',
  'skip_bucket_ssencryption',
  'skip_bucket_accesslogging',
  'skip_bucket_root_access',
  'skip_bucket_enforced_tls',
  'skip_bucket_public_access_blocking',
  'disable_bucket_update',
  'enable_lock_table_ssencryption',
  'disable_aws_client_checksums',
  'accesslogging_bucket_name',
  'accesslogging_target_object_partition_date_source',
  'accesslogging_target_prefix',
  'skip_accesslogging_bucket_acl',
  'skip_accesslogging_bucket_enforced_tls',
  'skip_accesslogging_bucket_public_access_blocking',
  'skip_accesslogging_bucket_ssencryption',
  'bucket_sse_algorithm',
  'bucket_sse_kms_key_id',
  'skip_object_ownership',
  'skip_location_constraint',
  'skip_bucket_tagging',
]);

/** A block that nothing is known of but that it is there. */
export function unknownBlock(range: TextRange, text: string, why: string): BackendBlock {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return {
    type: 's3',
    range,
    attributes: [],
    parse: 'current',
    evaluatedBy: 'Terragrunt',
    unknown: { text: shown, why },
  };
}

/** The backend block that Terragrunt makes of a `remote_state`. */
export function remoteStateBlock(
  found: FoundRemoteState<ConfigScope>,
  range: TextRange,
): BackendBlock {
  const type = attempt(() => argumentOf(found, 'backend'));
  if (typeof type !== 'string') {
    const why = type instanceof Unresolvable ? type.message : 'its backend is no text';
    return unknownBlock(range, 'remote_state', why);
  }
  const values = attempt(() => configOf(found));
  if (values instanceof Unresolvable) {
    return unknownBlock(range, 'the config of remote_state', values.message);
  }
  const given = type === 's3' ? forS3(values) : values;
  const attributes = [...given].map(([name, value]): Attribute => ({ name, range, value }));
  return { type, range, attributes, parse: 'current', evaluatedBy: 'Terragrunt' };
}

/** What the `generate` argument writes; undefined where there is none. Throws `Unresolvable`. */
export function generatedFile(found: FoundRemoteState<ConfigScope>): GeneratedFile | undefined {
  const generate = argumentOf(found, 'generate') ?? null;
  if (generate === null) {
    return undefined;
  }
  if (!isObject(generate)) {
    throw new Unresolvable('generate is no object');
  }
  const path = toText(generate.get('path') ?? null);
  return { file: path, ...(generate.get('if_exists') === 'skip' ? { keepsExisting: true } : {}) };
}

function argumentOf(found: FoundRemoteState<ConfigScope>, name: string): StaticValue | undefined {
  const { value } = found.written;
  if (isBlock(value)) {
    const argument = value.get(name);
    return argument === undefined ? undefined : found.scope.value(argument);
  }
  return membersOf(value, found.scope).get(name)?.();
}

/** Each key of `config` by itself: one that has no value does not take the others with it. */
function configOf({ written, scope }: FoundRemoteState<ConfigScope>): Map<string, AttributeValue> {
  const { value } = written;
  const config = isBlock(value)
    ? value.get('config')
    : // `remote_state = { … }`: the texts of what is inside `config` are not kept apart.
      undefined;
  const members = isBlock(value)
    ? config === undefined
      ? new Map<string, Member>()
      : membersOf(config, scope)
    : membersOfValue(membersOf(value, scope).get('config')?.() ?? null);
  return new Map([...members].map(([name, member]) => [name, attributeValue(name, member, scope)]));
}

type Member = (() => StaticValue) & { readonly text?: string };

/** The members of an object that is written out, or of one that an expression gives. */
function membersOf(written: WrittenExpression, scope: ConfigScope): Map<string, Member> {
  const expression = written.read(scope.budget);
  return expression.kind === 'object'
    ? membersOfObject(expression, scope)
    : membersOfValue(evaluate(expression, scope));
}

function membersOfObject(
  { items, texts }: Extract<Expression, { kind: 'object' }>,
  scope: ConfigScope,
): Map<string, Member> {
  return new Map(
    items.map(([key, value], at) => [
      toText(evaluate(key, scope)),
      Object.assign(() => evaluate(value, scope), { text: texts?.[at] ?? '' }),
    ]),
  );
}

function membersOfValue(value: StaticValue): Map<string, Member> {
  if (!isObject(value)) {
    throw new Unresolvable('it is no object');
  }
  return new Map([...value.keys()].map((name) => [name, () => value.get(name) ?? null]));
}

function attributeValue(name: string, member: Member, scope: ConfigScope): AttributeValue {
  const value = attempt(() => toPlain(member(), scope.budget));
  return value instanceof Unresolvable
    ? { kind: 'expression', text: member.text ?? `remote_state.config.${name}`, why: value.message }
    : { kind: 'literal', value };
}

/** As Terragrunt hands it on: without its own keys, and with the lock table's name of today. */
function forS3(config: ReadonlyMap<string, AttributeValue>): Map<string, AttributeValue> {
  const given = new Map([...config].filter(([name]) => !ownKeys.has(name)));
  const table = given.get('lock_table');
  given.delete('lock_table');
  const isEmpty = table?.kind === 'literal' && (table.value === '' || table.value === null);
  if (table !== undefined && !isEmpty) {
    given.set('dynamodb_table', table);
  }
  return given;
}
