// `eyrie mqtt`: its flags and help.
import type { Command } from 'commander';

export function addMqttCommand(program: Command): void {
  const mqtt = program
    .command('mqtt')
    .description('publish the mesh over MQTT, at a built-in or external broker')
    .option('--peer <id>', 'the running peer of this user')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie mqtt serve && mosquitto_sub -t 'eyrie/#' -v
  eyrie mqtt bridge mqtts://broker.example.net
  eyrie mqtt schema > eyrie-mqtt.schema.json

It runs until the peer stops; [mqtt] in eyrie.toml makes it permanent. Topics: docs/mqtt.md.`,
    )
    .action(async (options) => (await import('./command.ts')).show(options));
  mqtt
    .command('serve')
    .description('run a broker: on loopback without TLS, elsewhere over TLS for members of the mesh')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'TCP port (default: 1883 on loopback, 8883 elsewhere)')
    .addHelpText('after', '\nExample:\n  eyrie mqtt serve --host 0.0.0.0')
    .action(async (_own, command: Command) =>
      (await import('./command.ts')).serve(command.optsWithGlobals()),
    );
  mqtt
    .command('bridge')
    .description('use an external broker')
    .argument('<url>', 'mqtt://HOST, mqtts://HOST:8883, ws:// or wss://')
    .addHelpText('after', '\nExample:\n  eyrie mqtt bridge mqtt://192.168.1.5')
    .action(async (url: string, _own, command: Command) =>
      (await import('./command.ts')).bridge(url, command.optsWithGlobals()),
    );
  mqtt
    .command('stop')
    .description('stop the broker or the bridge')
    .addHelpText('after', '\nExample:\n  eyrie mqtt stop')
    .action(async (_own, command: Command) => (await import('./command.ts')).stop(command.optsWithGlobals()));
  mqtt
    .command('ca')
    .description('print the CA certificates of the mesh, for clients of the broker')
    .addHelpText('after', '\nExample:\n  eyrie mqtt ca > mesh.pem')
    .action(async (_own, command: Command) =>
      (await import('./command.ts')).authority(command.optsWithGlobals()),
    );
  mqtt
    .command('schema')
    .description('print the JSON schema of all payloads')
    .addHelpText('after', '\nExample:\n  eyrie mqtt schema')
    .action(async () => (await import('./command.ts')).schema());
}
