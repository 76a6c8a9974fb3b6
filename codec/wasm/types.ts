/** Bytes to read. A Buffer of Node is a Uint8Array. */
export type Bytes = ArrayBufferView | ArrayBuffer;

/** A Value Representation (PS3.5 6.2). */
export type Vr =
  | "AE" | "AS" | "AT" | "CS" | "DA" | "DS" | "DT" | "FD" | "FL" | "IS" | "LO" | "LT"
  | "OB" | "OD" | "OF" | "OL" | "OV" | "OW" | "PN" | "SH" | "SL" | "SQ" | "SS" | "ST"
  | "SV" | "TM" | "UC" | "UI" | "UL" | "UN" | "UR" | "US" | "UT" | "UV";

/** What went wrong, and where. */
export interface FaultFields {
  /**
   * `incomplete`: the bytes end too early. `invalid`: they break a rule. `unsupported`: they are legal, and not read here.
   * `limit`: a limit of this package. `argument`: a value of the wrong type or form was passed.
   */
  code: "incomplete" | "invalid" | "unsupported" | "limit" | "argument";
  /** All of the following in a sentence. */
  message: string;
  /** Byte offset in what was read; 0 where that says nothing. */
  offset: number;
  /** The structure or field, in the words of its standard. */
  what: string;
  /** What should be there. */
  expected: string | null;
  /** What is there instead, or what is not supported. */
  found: string | null;
}

/** What the functions throw. Its `name` is "RtvError". */
export interface RtvError extends Error, FaultFields {
  name: "RtvError";
  message: string;
}

/** A fault of a structure that was read all the same. */
export interface Issue extends FaultFields {
  kind:
    | "truncated" | "order" | "unknown-vr" | "odd-length" | "delimiter-length" | "undefined-length"
    | "implicit-vr" | "explicit-vr" | "misplaced" | "limit" | "prefix" | "group-length" | "other";
  /** The clause that is broken, as "PS3.5 7.1". */
  clause: string;
}

/** What an element of the header extension means (NMOS): the last part of its URN. */
export type ExtensionKind =
  | "sync-timestamp" | "origin-timestamp" | "smpte-tc" | "flow-id" | "source-id" | "grain-duration" | "grain-flags";

/**
 * Ids of the header extension, as the `a=extmap` lines of the session description give them, with their meaning or their URN.
 * Without a map the usual ids are taken: 1 origin-timestamp, 2 smpte-tc, 3 flow-id, 4 source-id, 5 grain-flags,
 * 7 sync-timestamp, 9 grain-duration.
 */
export type ExtensionMap = { readonly [id: number]: ExtensionKind | `urn:${string}` };

export interface PacketOptions {
  extensionMap?: ExtensionMap | null;
  /** Bytes on the wire, of a packet that the capture cut. Its headers must be whole. */
  originalLength?: number | null;
}

export interface PayloadOptions {
  /**
   * What (0008,0005) says, as "ISO_IR 192", where the payload does not say it itself: that of the flow's last static part.
   * Several terms are separated by a backslash.
   */
  charset?: string | null;
}

export interface DataSetOptions extends PayloadOptions {
  /** "explicit" if nothing is said: Explicit VR Little Endian; a Transfer Syntax UID does, too. */
  syntax?: "explicit" | "implicit" | "1.2.840.10008.1.2.1" | "1.2.840.10008.1.2" | null;
}

/** An RTP packet (RFC 3550 5.1). */
export interface Packet {
  marker: boolean;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  csrcs: number[];
  extension: Extension | null;
  /** What the extension says about the Grain; `null` without an extension. */
  identity: Identity | null;
  /** A view of the bytes that were passed. */
  payload: Uint8Array;
  payloadOffset: number;
  paddingLength: number;
  /** Bytes on the wire. */
  length: number;
  /** The capture cut it. */
  truncated: boolean;
}

/** A header extension (RFC 8285). */
export interface Extension {
  profile: number;
  form: "one-byte" | "two-byte" | "other";
  offset: number;
  length: number;
  elements: ExtensionElement[];
}

export interface ExtensionElement {
  id: number;
  /** Its meaning, if the extension map has one. */
  kind: ExtensionKind | null;
  offset: number;
  data: Uint8Array;
}

/** What the header extension says about a Grain. What is absent is `null`. */
export interface Identity {
  /** Synchronization time: nanoseconds since 1970 in TAI. */
  sync: bigint | null;
  /** Origin time: nanoseconds since 1970 in TAI. */
  origin: bigint | null;
  /** Source identifier, a UUID. */
  sourceId: string | null;
  /** Flow identifier, a UUID. */
  flowId: string | null;
  /** Grain Flags of this packet; `null` for a Grain. */
  flags: { start: boolean; end: boolean } | null;
  /** Grain Duration as a fraction of seconds. */
  duration: { numerator: number; denominator: number } | null;
  /** SMPTE ST 12-1 timecode: the 8 bytes of RFC 5484. */
  timecode: Uint8Array | null;
}

/** An RTV payload (PS3.22 7). It can be given to `encodePayload` as it is. */
export interface Payload {
  /** 128 bytes; `null` where they are not there. */
  preamble: Uint8Array | null;
  /** "DICM" stands at byte 128. */
  hasPrefix: boolean;
  /** It has a static part: elements of group 0008 or above. */
  isStatic: boolean;
  /** It has a dynamic part: (0006,0001). */
  isDynamic: boolean;
  meta: MetaInformation;
  /** Dynamic and static part. Offsets are those of the payload. */
  dataSet: DataSet;
  dynamic: Dynamic | null;
  /** The flows that the static part describes. */
  bulkDataFlows: BulkDataFlow[];
  /** Everything that is wrong with the payload. */
  issues: Issue[];
}

/** RTV Meta Information: group 0002 (PS3.22 7.1). What is absent or has the wrong form is `null`. */
export interface MetaInformation {
  groupLength: number | null;
  transferSyntaxUid: string | null;
  version: Uint8Array | null;
  sopClassUid: string | null;
  sopInstanceUid: string | null;
  sourceId: string | null;
  flowId: string | null;
  /** Hz. */
  samplingRate: number | null;
  /** Milliseconds. */
  actualFrameDuration: number | null;
  privateCreatorUid: string | null;
  privateInformation: Uint8Array | null;
  elements: Element[];
  /** Without the group length. */
  json: DicomJson;
}

/** RTV Meta Information to write. Group length and version are made. */
export interface MetaFields {
  transferSyntaxUid: string;
  sopClassUid: string;
  sopInstanceUid: string;
  /** A UUID. */
  sourceId: string;
  /** A UUID. */
  flowId: string;
  /** Hz. */
  samplingRate?: number | null;
  /** Milliseconds. */
  actualFrameDuration?: number | null;
  privateCreatorUid?: string | null;
  privateInformation?: Uint8Array | null;
}

/** The dynamic part: Current Frame Functional Groups (PS3.3 C.7.6.27). */
export interface Dynamic {
  /** (0034,0007): nanoseconds since 1970 in TAI. */
  frameOriginTimestamp: bigint | null;
  frameAcquisitionNumber: number | null;
  usefulness: { includesInformation: boolean | null; includesImagingSubject: boolean | null } | null;
  cameraPosition: CameraPosition | null;
}

/** Millimetres in the Frame of Reference. */
export interface CameraPosition {
  renderProjection: string | null;
  viewpointPosition: [number, number, number] | null;
  lookAtPoint: [number, number, number] | null;
  upDirection: [number, number, number] | null;
  /** Left, right, top, bottom, near, far. */
  fieldOfView: [number, number, number, number, number, number] | null;
}

/** A video or audio flow that a payload describes (PS3.3 C.7.6.26). */
export interface BulkDataFlow {
  sourceId: string | null;
  flowId: string | null;
  transferSyntaxUid: string | null;
  /** Hz. */
  samplingRate: number | null;
}

/** A data set. It can be given to `encodeDataSet` as it is. */
export interface DataSet {
  syntax: "explicit" | "implicit";
  /** All of it was read, and it ends where it should. */
  complete: boolean;
  /** The character set in force at the top level: `charset` of the next payload's options. */
  charset: string;
  /** Everything as it is on the wire. */
  elements: Element[];
  /** The same values for programs: the DICOM JSON model. */
  json: DicomJson;
  issues: Issue[];
}

/** A data element as it is on the wire: with its value's bytes, with Items, or with fragments. */
export type Element = ValueElement | SequenceElement | FragmentsElement;

export interface ElementHeader {
  /** Eight hexadecimal digits, as "00100010". */
  tag: string;
  vr: Vr;
  /** Offsets in what was read. */
  start: number;
  valueStart: number;
  end: number;
}

export interface ValueElement extends ElementHeader {
  /** A view of the bytes that were passed, padding included. */
  bytes: Uint8Array;
  items?: never;
  fragments?: never;
}

/** SQ; or UN of undefined length, which holds Items, too. */
export interface SequenceElement extends ElementHeader {
  undefinedLength: boolean;
  items: Item[];
  bytes?: never;
  fragments?: never;
}

/** Encapsulated pixel data. The first fragment is the Basic Offset Table. */
export interface FragmentsElement extends ElementHeader {
  fragments: Uint8Array[];
  bytes?: never;
  items?: never;
}

export interface Item {
  start: number;
  valueStart: number;
  end: number;
  undefinedLength: boolean;
  elements: Element[];
}

/** Elements to write: offsets do not matter. */
export interface ElementsSource {
  readonly elements: readonly ElementSource[];
}

export type ElementSource = { readonly tag: string; readonly vr: Vr } & (
  | { readonly bytes: Bytes; readonly items?: never; readonly fragments?: never }
  | {
      readonly items: readonly (ElementsSource & { readonly undefinedLength?: boolean })[];
      readonly undefinedLength?: boolean;
      readonly bytes?: never;
      readonly fragments?: never;
    }
  | { readonly fragments: readonly Bytes[]; readonly bytes?: never; readonly items?: never }
);

/** The DICOM JSON model (PS3.18 F.2): elements by tag. */
export interface DicomJson {
  [tag: string]: DicomJsonElement;
}

export interface DicomJsonElement {
  vr: Vr;
  /** Integers above 2^53 (IS, SV, UV) come as text, NaN and the infinities as "NaN", "inf" and "-inf". */
  Value?: (string | number | null | DicomJsonName | DicomJson)[];
  /** base64. */
  InlineBinary?: string;
}

/** A Person Name. */
export interface DicomJsonName {
  Alphabetic?: string;
  Ideographic?: string;
  Phonetic?: string;
}

/** A data set to write: elements as they were read, DICOM JSON, or bytes to take as they are. */
export type DataSetSource = ElementsSource | DicomJson | Bytes;

/** A payload to write. */
export interface PayloadSource {
  /** 128 bytes; zeros if nothing is said. */
  preamble?: Bytes | null;
  meta: ElementsSource | DicomJson | MetaFields;
  dataSet?: DataSetSource | null;
}

export interface PacketizeOptions {
  /** RTP timestamp of the Grain. */
  timestamp: number;
  ssrc: number;
  /** Of the first packet; 0 if nothing is said. */
  sequenceNumber?: number;
  /** 104 if nothing is said (PS3.22 6.2.1). */
  payloadType?: number;
  /** Bytes of a UDP datagram, its header of 8 bytes included: 1460 if nothing is said, 8960 at most (ST 2110-10 6.3, 6.4). */
  udpLimit?: number;
  /** What the header extension says. Flags are made for each packet. */
  identity?: Partial<Identity> | null;
  extensionMap?: ExtensionMap | null;
  /** Which packets have the extension: "first-and-last" (identity on the first, flags on both) if nothing is said. */
  placement?: "first" | "first-and-last" | "all";
  /** Grain Flags are written: true if nothing is said. */
  flags?: boolean;
  /** The last packet has the marker bit: true if nothing is said. */
  marker?: boolean;
  /** The two-byte form of the extension. */
  twoByte?: boolean;
}

export interface AssemblerOptions {
  extensionMap?: ExtensionMap | null;
  /** Packets that a gap waits for; 64 if nothing is said. */
  reorderPackets?: number | null;
  /** Nanoseconds that a gap waits for, too; 250 ms if nothing is said. */
  reorderNs?: bigint | null;
  /** Bytes of a Grain that are kept; 64 MiB if nothing is said. */
  grainBytes?: number | null;
}

/** What a GrainAssembler has to say. `index` counts the packets that were pushed, from 0. */
export type GrainEvent =
  | Grain
  /** Packets were lost that belong to no Grain of which anything came. */
  | { type: "lost"; packets: number; sequenceNumber: number }
  /** A packet came after its Grain was given out. */
  | { type: "late"; index: number }
  /** A packet far from the sequence. */
  | { type: "stray"; index: number }
  /** The sender began its sequence anew with this packet. */
  | { type: "restart"; index: number };

export interface Grain {
  type: "grain";
  rtpTimestamp: number;
  ssrc: number;
  payloadType: number;
  /** What the header extension said, flags left out; `null` where it said nothing. */
  identity: Identity | null;
  payload: Uint8Array;
  /** Its packets in sequence order, and where in the payload their bytes are. */
  packets: { index: number; sequenceNumber: number; start: number; length: number }[];
  /** Times of arrival, as they were pushed; 0n without. */
  firstTime: bigint;
  lastTime: bigint;
  /** Bytes at the start of the payload without a hole before or among them. */
  contiguous: number;
  /** Packets that were lost. */
  missing: number;
  /** Every packet is there. */
  complete: boolean;
  /** The stream began or ended inside of it. */
  atEdge: boolean;
  /** Its first packet is there and says so. */
  started: boolean;
  endedBy: "marker" | "end-flag" | "next-timestamp" | "next-start" | "restart" | "flush" | "limit";
}

export interface Counters {
  received: number;
  lost: number;
  /** Missing, and may still come. */
  pending: number;
  reordered: number;
  late: number;
  duplicates: number;
  strays: number;
  restarts: number;
}

/** A field of a tree: its children are the fields behind it whose depth is greater. */
export interface Field {
  depth: number;
  kind: "group" | "value" | "element" | "sequence" | "item" | "padding" | "error";
  name: string;
  /** First byte, and bytes with header. */
  start: number;
  length: number;
  valueStart: number;
  /** For less than whole bytes: first bit from the most significant one of byte `start`, count of bits. */
  bits: { first: number; count: number } | null;
  /** For people; cut where it is long. */
  value: string;
  /** Where it is defined, as "PS3.22 7.1". */
  clause: string;
  tag: string | null;
  vr: Vr | null;
  notes: { isError: boolean; text: string }[];
}

/** What PS3.6 says about an attribute. */
export interface Attribute {
  /** The lowest tag of a repeating group. */
  tag: string;
  keyword: string;
  name: string;
  vr: Vr;
  /** All VRs that it may have; none for delimiters. */
  vrs: Vr[];
  /** Value Multiplicity; `max` is `null` where there is no limit. */
  vm: { min: number; max: number | null; step: number; text: string };
  retired: boolean;
}

/** A registered UID (PS3.6 Annex A). */
export interface UidEntry {
  uid: string;
  name: string;
  /** UID Type, as "SOP Class". */
  kind: string;
  retired: boolean;
}
