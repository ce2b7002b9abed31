// Names of DICOM: kinds of PDU and item (PS3.8 §9.3), commands and statuses (PS3.7 §E), unique identifiers (PS3.6 §A).

export const pduNames: Readonly<Record<number, string>> = {
  1: 'ASSOC Request',
  2: 'ASSOC Accept',
  3: 'ASSOC Reject',
  4: 'Data',
  5: 'RELEASE Request',
  6: 'RELEASE Response',
  7: 'ABORT',
};

export const itemNames: Readonly<Record<number, string>> = {
  0x10: 'Application Context',
  0x20: 'Presentation Context',
  0x21: 'Presentation Context Reply',
  0x30: 'Abstract Syntax',
  0x40: 'Transfer Syntax',
  0x50: 'User Info',
  0x51: 'Max Length',
  0x52: 'Implementation Class UID',
  0x53: 'Asynchronous Operations Window Negotiation',
  0x54: 'SCP/SCU Role Selection',
  0x55: 'Implementation Version',
  0x56: 'SOP Class Extended Negotiation',
  0x57: 'SOP Class Common Extended Negotiation',
  0x58: 'User Identity',
  0x59: 'User Identity Reply',
};

export const contextResults: Readonly<Record<number, string>> = {
  0: 'Accept',
  1: 'User Reject',
  2: 'No Reason',
  3: 'Abstract Syntax Unsupported',
  4: 'Transfer Syntax Unsupported',
};

export const rejectResults = { 1: 'Reject Permanent', 2: 'Reject Transient' };
export const rejectSources = { 1: 'User', 2: 'Provider (ACSE)', 3: 'Provider (Presentation)' };
export const abortSources = { 0: 'User', 1: 'Reserved', 2: 'Provider' };
export const abortReasons = {
  0: 'Not specified',
  1: 'Unrecognized PDU',
  2: 'Unexpected PDU',
  4: 'Unrecognized PDU parameter',
  5: 'Unexpected PDU parameter',
  6: 'Invalid PDU parameter value',
};

export const fragmentNames = {
  0: 'Data, More Fragments',
  1: 'Command, More Fragments',
  2: 'Data, Last Fragment',
  3: 'Command, Last Fragment',
};

export const commandNames: Readonly<Record<number, string>> = {
  0x0001: 'C-STORE-RQ',
  0x8001: 'C-STORE-RSP',
  0x0010: 'C-GET-RQ',
  0x8010: 'C-GET-RSP',
  0x0020: 'C-FIND-RQ',
  0x8020: 'C-FIND-RSP',
  0x0021: 'C-MOVE-RQ',
  0x8021: 'C-MOVE-RSP',
  0x0030: 'C-ECHO-RQ',
  0x8030: 'C-ECHO-RSP',
  0x0100: 'N-EVENT-REPORT-RQ',
  0x8100: 'N-EVENT-REPORT-RSP',
  0x0110: 'N-GET-RQ',
  0x8110: 'N-GET-RSP',
  0x0120: 'N-SET-RQ',
  0x8120: 'N-SET-RSP',
  0x0130: 'N-ACTION-RQ',
  0x8130: 'N-ACTION-RSP',
  0x0140: 'N-CREATE-RQ',
  0x8140: 'N-CREATE-RSP',
  0x0150: 'N-DELETE-RQ',
  0x8150: 'N-DELETE-RSP',
  0x0fff: 'C-CANCEL-RQ',
};

export function statusName(status: number): string {
  if (status === 0) return 'Success';
  if (status === 0xff00 || status === 0xff01) return 'Pending';
  if (status === 0xfe00) return 'Cancel';
  if ((status & 0xff00) === 0xa700) return 'Refused: Out of Resources';
  if ((status & 0xff00) === 0xa900) return 'Error: Data Set does not match SOP Class';
  if ((status & 0xf000) === 0xc000) return 'Error: Cannot understand/Unable to Process';
  return `0x${status.toString(16).padStart(4, '0')}`;
}

const IMPLICIT_LITTLE = '1.2.840.10008.1.2';

const uids: Readonly<Record<string, string>> = {
  '1.2.840.10008.1.1': 'Verification SOP Class',
  [IMPLICIT_LITTLE]: 'Implicit VR Little Endian: Default Transfer Syntax for DICOM',
  '1.2.840.10008.1.2.1': 'Explicit VR Little Endian',
  '1.2.840.10008.1.2.1.99': 'Deflated Explicit VR Little Endian',
  '1.2.840.10008.1.2.2': 'Explicit VR Big Endian',
  '1.2.840.10008.1.2.4.50':
    'JPEG Baseline (Process 1): Default Transfer Syntax for Lossy JPEG 8 Bit Image Compression',
  '1.2.840.10008.1.2.4.70':
    'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1]): Default Transfer Syntax for Lossless JPEG Image Compression',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS Lossless Image Compression',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 Image Compression (Lossless Only)',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000 Image Compression',
  '1.2.840.10008.1.2.5': 'RLE Lossless',
  '1.2.840.10008.1.20.1': 'Storage Commitment Push Model SOP Class',
  '1.2.840.10008.3.1.1.1': 'DICOM Application Context Name',
  '1.2.840.10008.5.1.1.9': 'Basic Grayscale Print Management Meta SOP Class',
  '1.2.840.10008.5.1.4.1.1.1': 'Computed Radiography Image Storage',
  '1.2.840.10008.5.1.4.1.1.1.1': 'Digital X-Ray Image Storage - For Presentation',
  '1.2.840.10008.5.1.4.1.1.1.2': 'Digital Mammography X-Ray Image Storage - For Presentation',
  '1.2.840.10008.5.1.4.1.1.2': 'CT Image Storage',
  '1.2.840.10008.5.1.4.1.1.2.1': 'Enhanced CT Image Storage',
  '1.2.840.10008.5.1.4.1.1.3.1': 'Ultrasound Multi-frame Image Storage',
  '1.2.840.10008.5.1.4.1.1.4': 'MR Image Storage',
  '1.2.840.10008.5.1.4.1.1.4.1': 'Enhanced MR Image Storage',
  '1.2.840.10008.5.1.4.1.1.6.1': 'Ultrasound Image Storage',
  '1.2.840.10008.5.1.4.1.1.7': 'Secondary Capture Image Storage',
  '1.2.840.10008.5.1.4.1.1.12.1': 'X-Ray Angiographic Image Storage',
  '1.2.840.10008.5.1.4.1.1.20': 'Nuclear Medicine Image Storage',
  '1.2.840.10008.5.1.4.1.1.88.11': 'Basic Text SR Storage',
  '1.2.840.10008.5.1.4.1.1.104.1': 'Encapsulated PDF Storage',
  '1.2.840.10008.5.1.4.1.1.128': 'Positron Emission Tomography Image Storage',
  '1.2.840.10008.5.1.4.1.2.1.1': 'Patient Root Query/Retrieve Information Model - FIND',
  '1.2.840.10008.5.1.4.1.2.1.2': 'Patient Root Query/Retrieve Information Model - MOVE',
  '1.2.840.10008.5.1.4.1.2.1.3': 'Patient Root Query/Retrieve Information Model - GET',
  '1.2.840.10008.5.1.4.1.2.2.1': 'Study Root Query/Retrieve Information Model - FIND',
  '1.2.840.10008.5.1.4.1.2.2.2': 'Study Root Query/Retrieve Information Model - MOVE',
  '1.2.840.10008.5.1.4.1.2.2.3': 'Study Root Query/Retrieve Information Model - GET',
  '1.2.840.10008.5.1.4.31': 'Modality Worklist Information Model - FIND',
};

/** The name of a unique identifier; the identifier itself if it has none here. */
export function uidName(uid: string): string {
  return Object.hasOwn(uids, uid) ? uids[uid]! : uid;
}
