//! The smallest runtime that an engine can make blocks with: an extrinsic is a list of storage operations. It is for tests of
//! the engine alone, with what no FRAME runtime does on request: child tries, any state version, endless loops.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::ptr::{addr_of, read_volatile};
use core::slice;

#[link(wasm_import_module = "env")]
extern "C" {
	fn ext_allocator_malloc_version_1(size: u32) -> u32;
	fn ext_allocator_free_version_1(pointer: u32);
	fn ext_logging_log_version_1(level: u32, target: u64, message: u64);
	fn ext_hashing_blake2_256_version_1(data: u64) -> u32;
	fn ext_storage_get_version_1(key: u64) -> u64;
	fn ext_storage_set_version_1(key: u64, value: u64);
	fn ext_storage_clear_version_1(key: u64);
	fn ext_storage_append_version_1(key: u64, item: u64);
	fn ext_storage_root_version_1() -> u64;
	fn ext_storage_root_version_2(version: u32) -> u64;
	fn ext_storage_start_transaction_version_1();
	fn ext_storage_commit_transaction_version_1();
	fn ext_storage_rollback_transaction_version_1();
	fn ext_default_child_storage_set_version_1(name: u64, key: u64, value: u64);
	fn ext_default_child_storage_clear_version_1(name: u64, key: u64);
	fn ext_default_child_storage_storage_kill_version_3(name: u64, limit: u64) -> u64;
	fn ext_default_child_storage_root_version_2(name: u64, version: u32) -> u64;
	fn ext_trie_blake2_256_ordered_root_version_2(items: u64, version: u32) -> u32;
	/// No engine has it.
	fn ext_tiny_nowhere_version_1(number: u64) -> u32;
}

struct HostAllocator;

unsafe impl core::alloc::GlobalAlloc for HostAllocator {
	unsafe fn alloc(&self, layout: core::alloc::Layout) -> *mut u8 {
		ext_allocator_malloc_version_1(layout.size() as u32) as *mut u8
	}
	unsafe fn dealloc(&self, pointer: *mut u8, _: core::alloc::Layout) {
		ext_allocator_free_version_1(pointer as u32)
	}
}

#[global_allocator]
static ALLOCATOR: HostAllocator = HostAllocator;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
	fail("panic")
}

fn fail(message: &str) -> ! {
	unsafe { ext_logging_log_version_1(0, span(b"tiny"), span(message.as_bytes())) };
	core::arch::wasm32::unreachable()
}

/// `RuntimeVersion` in SCALE: names, authoring, spec 1, implementation, no APIs, transaction, state version 1. Tests patch it.
#[used]
static VERSION: [u8; 28] = [
	16, b't', b'i', b'n', b'y', 16, b't', b'i', b'n', b'y', 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1,
];

const HEADER: &[u8] = b"header";
const EXTRINSICS: &[u8] = b"extrinsics";
const PARENT_BYTES: usize = 32;
const HASH_BYTES: usize = 32;

/// Read anew each time, so that a patched byte counts.
fn version_byte(index: usize) -> u8 {
	unsafe { read_volatile((addr_of!(VERSION) as *const u8).add(index)) }
}

fn state_version() -> u32 {
	version_byte(27) as u32
}

fn span(bytes: &[u8]) -> u64 {
	bytes.as_ptr() as u32 as u64 | (bytes.len() as u64) << 32
}

fn at<'a>(span: u64) -> &'a [u8] {
	unsafe { slice::from_raw_parts(span as u32 as *const u8, (span >> 32) as usize) }
}

fn argument<'a>(pointer: u32, length: u32) -> &'a [u8] {
	if length == 0 {
		return &[];
	}
	unsafe { slice::from_raw_parts(pointer as *const u8, length as usize) }
}

fn answer(bytes: Vec<u8>) -> u64 {
	span(bytes.leak())
}

/// The value of an `Option<Vec<u8>>`.
fn get(key: &[u8]) -> Option<&'static [u8]> {
	let mut input = Input(at(unsafe { ext_storage_get_version_1(span(key)) }));
	if input.u8() == 0 {
		return None;
	}
	Some(input.vec())
}

fn set(key: &[u8], value: &[u8]) {
	unsafe { ext_storage_set_version_1(span(key), span(value)) }
}

fn clear(key: &[u8]) {
	unsafe { ext_storage_clear_version_1(span(key)) }
}

fn compact(value: usize, out: &mut Vec<u8>) {
	match value {
		0..=63 => out.push((value as u8) << 2),
		64..=16383 => out.extend_from_slice(&((value as u16) << 2 | 1).to_le_bytes()),
		_ => out.extend_from_slice(&((value as u32) << 2 | 2).to_le_bytes()),
	}
}

/// Reads SCALE.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
	fn take(&mut self, length: usize) -> &'a [u8] {
		if length > self.0.len() {
			fail("input ends early");
		}
		let (taken, rest) = self.0.split_at(length);
		self.0 = rest;
		taken
	}
	fn u8(&mut self) -> u8 {
		self.take(1)[0]
	}
	fn compact(&mut self) -> usize {
		let first = self.u8() as usize;
		match first & 3 {
			0 => first >> 2,
			1 => (first | (self.u8() as usize) << 8) >> 2,
			2 => {
				let rest = self.take(3);
				(first | (rest[0] as usize) << 8 | (rest[1] as usize) << 16 | (rest[2] as usize) << 24) >> 2
			},
			_ => fail("number too large"),
		}
	}
	fn vec(&mut self) -> &'a [u8] {
		let length = self.compact();
		self.take(length)
	}
}

/// Where the state root begins in a header.
fn roots_at(header: &[u8]) -> usize {
	let mut input = Input(header);
	input.take(PARENT_BYTES);
	input.compact();
	header.len() - input.0.len()
}

/// Does what an extrinsic says: operations with their arguments as byte lists.
fn apply(extrinsic: &[u8]) {
	let mut input = Input(Input(extrinsic).vec());
	while !input.0.is_empty() {
		unsafe {
			match input.u8() {
				0 => set(input.vec(), input.vec()),
				1 => clear(input.vec()),
				2 => ext_default_child_storage_set_version_1(span(input.vec()), span(input.vec()), span(input.vec())),
				3 => ext_default_child_storage_clear_version_1(span(input.vec()), span(input.vec())),
				4 => drop(ext_default_child_storage_storage_kill_version_3(span(input.vec()), span(&[0]))),
				5 => ext_storage_start_transaction_version_1(),
				6 => ext_storage_commit_transaction_version_1(),
				7 => ext_storage_rollback_transaction_version_1(),
				// The root of a child becomes a value that others can see.
				8 => {
					let (name, key) = (input.vec(), input.vec());
					set(key, at(ext_default_child_storage_root_version_2(span(name), state_version())));
				},
				9 => fail("asked to fail"),
				10 => spin(),
				11 => drop(ext_tiny_nowhere_version_1(7)),
				_ => fail("unknown operation"),
			}
		}
	}
	let mut item = Vec::new();
	compact(extrinsic.len(), &mut item);
	item.extend_from_slice(extrinsic);
	unsafe { ext_storage_append_version_1(span(EXTRINSICS), span(&item)) };
}

fn spin() -> ! {
	loop {
		version_byte(0);
	}
}

/// The header of the block in progress, complete.
fn finish() -> Vec<u8> {
	let mut header = get(HEADER).unwrap_or_else(|| fail("no block in progress")).to_vec();
	let from = roots_at(&header);
	let items = get(EXTRINSICS).unwrap_or(&[0]);
	let extrinsics = unsafe { ext_trie_blake2_256_ordered_root_version_2(span(items), state_version()) };
	clear(HEADER);
	clear(EXTRINSICS);
	let root = match state_version() {
		0 => unsafe { ext_storage_root_version_1() },
		version => unsafe { ext_storage_root_version_2(version) },
	};
	header[from..from + HASH_BYTES].copy_from_slice(at(root));
	header[from + HASH_BYTES..from + 2 * HASH_BYTES].copy_from_slice(argument(extrinsics, HASH_BYTES as u32));
	header
}

#[no_mangle]
pub extern "C" fn Core_version(_: u32, _: u32) -> u64 {
	answer((0..VERSION.len()).map(version_byte).collect())
}

#[no_mangle]
pub extern "C" fn Core_initialize_block(pointer: u32, length: u32) -> u64 {
	set(HEADER, argument(pointer, length));
	answer(Vec::new())
}

#[no_mangle]
pub extern "C" fn BlockBuilder_inherent_extrinsics(_: u32, _: u32) -> u64 {
	answer([0].to_vec())
}

#[no_mangle]
pub extern "C" fn BlockBuilder_apply_extrinsic(pointer: u32, length: u32) -> u64 {
	apply(argument(pointer, length));
	answer([0, 0].to_vec())
}

#[no_mangle]
pub extern "C" fn BlockBuilder_finalize_block(_: u32, _: u32) -> u64 {
	answer(finish())
}

#[no_mangle]
pub extern "C" fn Core_execute_block(pointer: u32, length: u32) -> u64 {
	let block = argument(pointer, length);
	// Roots, and a digest without items.
	let (header, mut rest) = block.split_at(roots_at(block) + 2 * HASH_BYTES + 1);
	set(HEADER, header);
	let mut input = Input(rest);
	for _ in 0..input.compact() {
		rest = input.0;
		input.vec();
		apply(&rest[..rest.len() - input.0.len()]);
	}
	if finish() != header {
		fail("another header");
	}
	answer(Vec::new())
}

/// Valid for ever, and only once in the pool.
#[no_mangle]
pub extern "C" fn TaggedTransactionQueue_validate_transaction(pointer: u32, length: u32) -> u64 {
	let mut validity = [0; 10].to_vec();
	validity.push(4);
	compact(HASH_BYTES, &mut validity);
	let hash = unsafe { ext_hashing_blake2_256_version_1(span(argument(pointer, length))) };
	validity.extend_from_slice(argument(hash, HASH_BYTES as u32));
	validity.extend_from_slice(&[255; 8]);
	validity.push(1);
	answer(validity)
}

/// Not metadata, but something that names the runtime: `Vec<u8>` of its spec version.
#[no_mangle]
pub extern "C" fn Metadata_metadata(_: u32, _: u32) -> u64 {
	answer([16, version_byte(14), version_byte(15), version_byte(16), version_byte(17)].to_vec())
}

/// Never returns.
#[no_mangle]
pub extern "C" fn Tiny_spin(_: u32, _: u32) -> u64 {
	spin()
}

/// The arguments themselves, after that many steps (u32).
#[no_mangle]
pub extern "C" fn Tiny_work(pointer: u32, length: u32) -> u64 {
	let bytes = argument(pointer, length);
	let mut steps = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
	while steps > 0 {
		steps -= 1;
		version_byte(0);
	}
	answer(bytes.to_vec())
}
