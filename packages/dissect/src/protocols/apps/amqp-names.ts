// Names of AMQP 0-9-1 classes and methods, by class id * 65536 + method id (§1.6).

export const classNames: Readonly<Record<number, string>> = {
  10: 'Connection',
  20: 'Channel',
  30: 'Access',
  40: 'Exchange',
  50: 'Queue',
  60: 'Basic',
  70: 'File',
  80: 'Stream',
  85: 'Confirm',
  90: 'Tx',
  100: 'Dtx',
  110: 'Tunnel',
};

const methods: readonly (readonly [cls: number, methods: Readonly<Record<number, string>>])[] = [
  [
    10,
    {
      10: 'Start',
      11: 'Start-Ok',
      20: 'Secure',
      21: 'Secure-Ok',
      30: 'Tune',
      31: 'Tune-Ok',
      40: 'Open',
      41: 'Open-Ok',
      42: 'Redirect',
      50: 'Close',
      51: 'Close-Ok',
      60: 'Blocked',
      61: 'Unblocked',
    },
  ],
  [
    20,
    {
      10: 'Open',
      11: 'Open-Ok',
      20: 'Flow',
      21: 'Flow-Ok',
      40: 'Close',
      41: 'Close-Ok',
      50: 'Resume',
      60: 'Ping',
      70: 'Pong',
      80: 'Ok',
    },
  ],
  [30, { 10: 'Request', 11: 'Request-Ok' }],
  [
    40,
    {
      10: 'Declare',
      11: 'Declare-Ok',
      20: 'Delete',
      21: 'Delete-Ok',
      30: 'Bind',
      31: 'Bind-Ok',
      40: 'Unbind',
      41: 'Unbind-Ok',
    },
  ],
  [
    50,
    {
      10: 'Declare',
      11: 'Declare-Ok',
      20: 'Bind',
      21: 'Bind-Ok',
      50: 'Unbind',
      51: 'Unbind-Ok',
      30: 'Purge',
      31: 'Purge-Ok',
      40: 'Delete',
      41: 'Delete-Ok',
    },
  ],
  [
    60,
    {
      10: 'Qos',
      11: 'Qos-Ok',
      20: 'Consume',
      21: 'Consume-Ok',
      30: 'Cancel',
      31: 'Cancel-Ok',
      40: 'Publish',
      50: 'Return',
      60: 'Deliver',
      70: 'Get',
      71: 'Get-Ok',
      72: 'Get-Empty',
      80: 'Ack',
      90: 'Reject',
      100: 'Recover-Async',
      110: 'Recover',
      111: 'Recover-Ok',
      120: 'Nack',
    },
  ],
  [
    70,
    {
      10: 'Qos',
      11: 'Qos-Ok',
      20: 'Consume',
      21: 'Consume-Ok',
      30: 'Cancel',
      31: 'Cancel-Ok',
      40: 'Open',
      41: 'Open-Ok',
      50: 'Stage',
      60: 'Publish',
      70: 'Return',
      80: 'Deliver',
      90: 'Ack',
      100: 'Reject',
    },
  ],
  [
    80,
    {
      10: 'Qos',
      11: 'Qos-Ok',
      20: 'Consume',
      21: 'Consume-Ok',
      30: 'Cancel',
      31: 'Cancel-Ok',
      40: 'Publish',
      50: 'Return',
      60: 'Deliver',
    },
  ],
  [85, { 10: 'Select', 11: 'Select-Ok' }],
  [90, { 10: 'Select', 11: 'Select-Ok', 20: 'Commit', 21: 'Commit-Ok', 30: 'Rollback', 31: 'Rollback-Ok' }],
  [100, { 10: 'Select', 11: 'Select-Ok', 20: 'Start', 21: 'Start-Ok' }],
  [110, { 10: 'Request' }],
];

const byMethod = new Map<number, string>();
for (const [cls, names] of methods)
  for (const [method, name] of Object.entries(names)) byMethod.set(cls * 65536 + Number(method), name);

/** The name of a method within its class. */
export function methodName(cls: number, method: number): string | undefined {
  return byMethod.get(cls * 65536 + method);
}
