// Names of DNP3 function codes and objects (IEEE Std 1815-2012 §4.4, annex A).

/** §9.2.4.1.3: link functions of the primary and of the secondary station. */
export const primaryNames: Record<number, string> = {
  0: 'Reset of Remote Link',
  1: 'Reset of User Process',
  2: 'Test Function For Link',
  3: 'User Data',
  4: 'Unconfirmed User Data',
  9: 'Request Link Status',
};

export const secondaryNames: Record<number, string> = {
  0: 'ACK',
  1: 'NACK',
  11: 'Status of Link',
  14: 'Link Service Not Functioning',
  15: 'Link Service Not Used or Implemented',
};

/** §4.4. */
export const functionNames: Record<number, string> = {
  0: 'Confirm',
  1: 'Read',
  2: 'Write',
  3: 'Select',
  4: 'Operate',
  5: 'Direct Operate',
  6: 'Direct Operate No Ack',
  7: 'Immediate Freeze',
  8: 'Immediate Freeze No Ack',
  9: 'Freeze and Clear',
  10: 'Freeze and Clear No ACK',
  11: 'Freeze With Time',
  12: 'Freeze With Time No ACK',
  13: 'Cold Restart',
  14: 'Warm Restart',
  15: 'Initialize Data',
  16: 'Initialize Application',
  17: 'Start Application',
  18: 'Stop Application',
  19: 'Save Configuration',
  20: 'Enable Spontaneous Messages',
  21: 'Disable Spontaneous Messages',
  22: 'Assign Classes',
  23: 'Delay Measurement',
  24: 'Record Current Time',
  25: 'Open File',
  26: 'Close File',
  27: 'Delete File',
  28: 'Get File Info',
  29: 'Authenticate File',
  30: 'Abort File',
  31: 'Activate Config',
  32: 'Authentication Request',
  33: 'Authentication Error',
  129: 'Response',
  130: 'Unsolicited Response',
  131: 'Authentication Response',
};

const groupNames: Record<number, string> = {
  1: 'Binary Input',
  2: 'Binary Input Change',
  3: 'Double-bit Input',
  4: 'Double-bit Input Change',
  10: 'Binary Output',
  11: 'Binary Output Change',
  12: 'Binary Command',
  20: 'Counter',
  21: 'Frozen Counter',
  22: 'Counter Change',
  23: 'Frozen Counter Change',
  30: 'Analog Input',
  31: 'Frozen Analog Input',
  32: 'Analog Input Change',
  33: 'Frozen Analog Input Change',
  40: 'Analog Output',
  41: 'Analog Output Command',
  42: 'Analog Output Change',
  50: 'Time and Date',
  51: 'Time and Date CTO',
  52: 'Time Delay',
  70: 'File',
  80: 'Internal Indications',
};

/** By group and variation, combined in one number. */
export function objectName(object: number): string {
  return groupNames[object >> 8] ?? 'Unknown Object Type';
}

export const prefixNames: Record<number, string> = {
  0: 'None',
  1: '1-Octet Index Prefix',
  2: '2-Octet Index Prefix',
  3: '4-Octet Index Prefix',
  4: '1-Octet Object Size Prefix',
  5: '2-Octet Object Size Prefix',
  6: '4-Octet Object Size Prefix',
};

export const rangeNames: Record<number, string> = {
  0: '8-bit Start and Stop Indices',
  1: '16-bit Start and Stop Indices',
  2: '32-bit Start and Stop Indices',
  3: '8-bit Absolute Address in Range Field',
  4: '16-bit Absolute Address in Range Field',
  5: '32-bit Absolute Address in Range Field',
  6: 'No Range Field',
  7: '8-bit Single Field Quantity',
  8: '16-bit Single Field Quantity',
  9: '32-bit Single Field Quantity',
  10: 'Reserved',
  11: 'Free-format Qualifier',
};
