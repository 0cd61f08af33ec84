// Temporal's runtime in this process: its logger, its signals and its Prometheus endpoint. Installed once, before anything
// else touches the SDK; it starts no worker.
import { type Logger, makeTelemetryFilterString, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { LogFormat } from './logger.ts';

export interface RuntimeSettings {
  logger: Logger;
  logFormat: LogFormat;
  /** `IP:port` of the metrics; undefined serves none. */
  metricsAddress: string | undefined;
  /** naas's own version, for `naas_build_info`. */
  version: string;
}

export function installRuntime(settings: RuntimeSettings): void {
  const { logger, metricsAddress, version } = settings;
  Runtime.install({ logger, shutdownSignals: ['SIGINT', 'SIGTERM'], telemetryOptions: telemetry(settings) });
  if (metricsAddress === undefined) return;
  Runtime.instance()
    .metricMeter.createGauge('naas_build_info', 'int', undefined, 'Always 1; its labels say what runs.')
    .set(1, { version, node: process.versions.node });
}

function telemetry({ logFormat, metricsAddress }: RuntimeSettings): TelemetryOptions {
  return {
    // The native core writes its own format to the console unless its lines come through our logger.
    ...(logFormat === 'json'
      ? { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } }
      : {}),
    ...(metricsAddress === undefined
      ? {}
      : {
          metrics: {
            // Names and units as Prometheus's conventions and Temporal's own dashboards have them.
            prometheus: {
              bindAddress: metricsAddress,
              countersTotalSuffix: true,
              unitSuffix: true,
              useSecondsForDurations: true,
            },
          },
        }),
  };
}
