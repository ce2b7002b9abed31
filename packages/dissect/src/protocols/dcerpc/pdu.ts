// Common header of DCE/RPC messages: connection-oriented (C706 §12.6.3.1, [MS-RPCE] §2.2.2) and connectionless
// (§12.5.2).
import { uint } from '../../core/bytes.ts';
import { runs } from '../names/runs.ts';

export const REQUEST = 0;
export const PING = 1;
export const RESPONSE = 2;
export const FAULT = 3;
export const REJECT = 6;
export const ACK = 7;
export const BIND = 11;
export const BIND_ACK = 12;
export const BIND_NAK = 13;
export const ALTER_CONTEXT = 14;
export const ALTER_CONTEXT_RESPONSE = 15;
export const AUTH3 = 16;
export const RTS = 20;

export const typeName = runs(
  `0: Request Ping Response Fault Working Nocall Reject Ack Cl_cancel Fack Cancel_ack Bind Bind_ack Bind_nak
  Alter_context Alter_context_resp AUTH3 Shutdown Co_cancel Orphaned RPC-over-HTTP~RTS`,
);

/** Bytes of the connection-oriented header. */
export const HEAD = 16;
/** Flags of the connection-oriented header. */
export const FIRST_FRAGMENT = 0x01;
export const LAST_FRAGMENT = 0x02;
export const WHOLE = FIRST_FRAGMENT | LAST_FRAGMENT;
export const OBJECT = 0x80;

export const fragmentNames = ['Mid', '1st', 'Last', 'Single'] as const;

/** C706 §14.1: the high nibble of the first byte of the data representation. */
export function isLittle(b: Uint8Array, representation: number): boolean {
  return (b[representation]! & 0x10) !== 0;
}

/** True if a connection-oriented message begins here. */
export function isConnectionPdu(b: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= HEAD &&
    b[at] === 5 &&
    b[at + 1]! <= 1 &&
    b[at + 2]! <= RTS &&
    (b[at + 4]! & 0xee) === 0 &&
    b[at + 5]! <= 3 &&
    fragmentLength(b, at) >= HEAD
  );
}

export function fragmentLength(b: Uint8Array, at: number): number {
  return uint(b, at + 8, 2, isLittle(b, at + 4));
}

function authLength(b: Uint8Array, at: number): number {
  return uint(b, at + 10, 2, isLittle(b, at + 4));
}

export function callId(b: Uint8Array, at: number): number {
  return uint(b, at + 12, 4, isLittle(b, at + 4));
}

/** [MS-RPCE] §2.2.2.11: the part of the verifier before the credentials. */
export const AUTH_HEAD = 8;

/** Offset of the verifier, header included; `end` if there is none. `body` is the earliest possible offset. */
export function authStart(b: Uint8Array, at: number, body: number, end: number): number {
  const length = authLength(b, at);
  const start = at + fragmentLength(b, at) - length - AUTH_HEAD;
  return length > 0 && start >= body && start + AUTH_HEAD <= end ? start : end;
}

export const PRIVACY = 6;

/** Status codes of faults and rejects (C706 appendix E, [MS-ERREF] §2.2). */
export const statusName = runs(
  `0: Stub-defined~exception nca_s_fault_other 5: nca_s_fault_access_denied 6d8: nca_s_fault_cant_perform
  6f7: nca_s_fault_ndr 721: nca_s_fault_sec_pkg_error
  1c000001: nca_s_fault_int_div_by_zero nca_s_fault_addr_error nca_s_fault_fp_div_zero nca_s_fault_fp_underflow
  nca_s_fault_fp_overflow nca_s_fault_invalid_tag nca_s_fault_invalid_bound nca_rpc_version_mismatch
  nca_unspec_reject nca_s_bad_actid nca_who_are_you_failed nca_manager_not_entered nca_s_fault_cancel
  nca_s_fault_ill_inst nca_s_fault_fp_error nca_s_fault_int_overflow
  1c000014: nca_s_fault_pipe_empty nca_s_fault_pipe_closed nca_s_fault_pipe_order nca_s_fault_pipe_discipline
  nca_s_fault_pipe_comm_error nca_s_fault_pipe_memory nca_s_fault_context_mismatch nca_s_fault_remote_no_memory
  nca_invalid_pres_context_id nca_unsupported_authn_level - nca_invalid_checksum nca_invalid_crc
  ncs_s_fault_user_defined nca_s_fault_tx_open_failed nca_s_fault_codeset_conv_error
  nca_s_fault_object_not_found nca_s_fault_no_client_stub
  1c010002: nca_op_rng_error nca_unk_if 1c010006: nca_wrong_boot_time 1c010009: nca_s_you_crashed
  1c01000b: nca_proto_error 1c010013: nca_out_args_too_big nca_server_too_busy 1c010017: nca_unsupported_type
  80004001: E_NOTIMPL 80004003: E_POINTER E_ABORT 8000ffff: E_UNEXPECTED 80010105: RPC_E_SERVERFAULT
  80010108: RPC_E_DISCONNECTED 80010113: RPC_E_INVALID_IPID 8001011f: RPC_E_TIMEOUT
  80020003: DISP_E_MEMBERNOTFOUND 80020006: DISP_E_UNKNOWNNAME 8002000e: DISP_E_BADPARAMCOUNT`,
);

export function statusText(status: number): string {
  return statusName(status) ?? `Unknown (0x${status.toString(16).padStart(8, '0')})`;
}

export const resultNames: Readonly<Record<number, string>> = {
  0: 'Acceptance',
  1: 'User rejection',
  2: 'Provider rejection',
  3: 'Negotiate ACK',
};

export const rejectNames: Readonly<Record<number, string>> = {
  0: 'Reason not specified',
  1: 'Temporary congestion',
  2: 'Local limit exceeded',
  3: 'Called paddr unknown',
  4: 'Protocol version not supported',
  5: 'Default context not supported',
  6: 'User data not readable',
  7: 'No PSAP available',
  8: 'Authentication type not recognized',
  9: 'Invalid checksum',
};
