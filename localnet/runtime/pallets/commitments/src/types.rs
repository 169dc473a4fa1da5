//! Values in storage and in calls. Names, numbers and bytes follow the public chain.

use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, EncodeLike, Error, Input, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::{
    build::{Fields, Variants},
    Path, Type, TypeInfo,
};

/// Longest `Data::Raw`.
const RAW_BYTES: usize = 128;

/// One field of a commitment.
#[derive(Clone, PartialEq, Eq, Debug, MaxEncodedLen, DecodeWithMemTracking)]
pub enum Data {
    /// Nothing.
    None,
    /// At most 128 bytes. Their number is part of the variant.
    Raw(BoundedVec<u8, ConstU32<128>>),
    /// The Blake2 hash of something that is kept elsewhere.
    BlakeTwo256([u8; 32]),
    /// A SHA2-256 hash.
    Sha256([u8; 32]),
    /// A Keccak-256 hash.
    Keccak256([u8; 32]),
    /// A SHA3-256 hash.
    ShaThree256([u8; 32]),
    /// Asks to forget the bonds of the neuron.
    ResetBondsFlag,
    /// At most 512 bytes.
    BigRaw(BoundedVec<u8, ConstU32<512>>),
}

impl Data {
    /// How much of an epoch's space it takes, in bytes.
    pub fn space(&self) -> u64 {
        match self {
            Data::None | Data::ResetBondsFlag => 0,
            Data::Raw(bytes) => bytes.len() as u64,
            Data::BigRaw(bytes) => bytes.len() as u64,
            Data::BlakeTwo256(_) | Data::Sha256(_) | Data::Keccak256(_) | Data::ShaThree256(_) => 32,
        }
    }
}

impl Encode for Data {
    fn encode(&self) -> Vec<u8> {
        let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
        match self {
            Data::None => vec![0],
            Data::Raw(bytes) => tagged((bytes.len() as u8).saturating_add(1), bytes),
            Data::BlakeTwo256(hash) => tagged(130, hash),
            Data::Sha256(hash) => tagged(131, hash),
            Data::Keccak256(hash) => tagged(132, hash),
            Data::ShaThree256(hash) => tagged(133, hash),
            Data::ResetBondsFlag => vec![135],
            Data::BigRaw(bytes) => tagged(136, &bytes.encode()),
        }
    }
}

impl EncodeLike for Data {}

impl Decode for Data {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let tag = input.read_byte()?;
        Ok(match tag {
            0 => Data::None,
            1..=129 => {
                let mut bytes = [0; RAW_BYTES];
                let len = usize::from(tag).saturating_sub(1);
                let part = bytes.get_mut(..len).ok_or("too long")?;
                input.read(part)?;
                Data::Raw(BoundedVec::truncate_from(part.to_vec()))
            }
            130 => Data::BlakeTwo256(Decode::decode(input)?),
            131 => Data::Sha256(Decode::decode(input)?),
            132 => Data::Keccak256(Decode::decode(input)?),
            133 => Data::ShaThree256(Decode::decode(input)?),
            // 134 is encrypted until a round of the drand beacon, which a local chain does not follow.
            135 => Data::ResetBondsFlag,
            136 => Data::BigRaw(Decode::decode(input)?),
            _ => return Err("no such kind of data".into()),
        })
    }
}

/// Variants that hold one value of a type each.
macro_rules! variants_of {
    ($variants:expr, $($name:expr, $index:expr, $type:ty;)*) => {
        $variants$(.variant($name, |v| v.index($index).fields(Fields::unnamed().field(|f| f.ty::<$type>()))))*
    };
}

/// A variant for each length of `Raw`.
macro_rules! raw_variants {
    ($variants:expr, $($size:literal)*) => {
        variants_of!($variants, $(concat!("Raw", stringify!($size)), $size + 1, [u8; $size];)*)
    };
}

impl TypeInfo for Data {
    type Identity = Self;

    fn type_info() -> Type {
        let variants = Variants::new().variant("None", |v| v.index(0));
        let variants = raw_variants!(
            variants,
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35
            36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68
            69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100
            101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125
            126 127 128
        );
        let variants = variants_of!(
            variants,
            "BlakeTwo256", 130, [u8; 32];
            "Sha256", 131, [u8; 32];
            "Keccak256", 132, [u8; 32];
            "ShaThree256", 133, [u8; 32];
        );
        let variants = variants.variant("ResetBondsFlag", |v| v.index(135));
        let variants = variants_of!(variants, "BigRaw", 136, BoundedVec<u8, ConstU32<512>>;);
        Type::builder().path(Path::new("Data", module_path!())).variant(variants)
    }
}

/// What a neuron publishes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CommitmentInfo {
    /// In the order that it was given.
    pub fields: BoundedVec<Data, ConstU32<MAX_FIELDS>>,
}

/// Most fields of a commitment.
pub const MAX_FIELDS: u32 = 3;

/// A commitment as it is stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    /// What is reserved for it, in rao: nothing.
    pub deposit: u64,
    /// When it was published.
    pub block: u32,
    /// What.
    pub info: CommitmentInfo,
}

/// How much of an epoch's space is used.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct UsageTracker {
    /// Which epoch.
    pub last_epoch: u64,
    /// Bytes.
    pub used_space: u64,
}
