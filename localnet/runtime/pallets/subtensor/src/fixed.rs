//! Signed fixed point with 32 integer and 32 fraction bits, saturating, as consensus is computed in.

/// Fixed point, 32.32.
pub(crate) type Fixed = i64;

/// Bits after the point.
pub(crate) const FRACTION: u32 = 32;
/// One.
pub(crate) const ONE: Fixed = 1 << FRACTION;

/// A product, rounded down.
pub(crate) fn mul(a: Fixed, b: Fixed) -> Fixed {
    // Shares below one fit 32 bits: then 64 are enough, and much faster than 128 in wasm.
    if (a as u64 | b as u64) >> FRACTION == 0 {
        return ((a as u64).wrapping_mul(b as u64) >> FRACTION) as Fixed;
    }
    if a == ONE {
        return b;
    }
    if b == ONE {
        return a;
    }
    saturating_product(a, b)
}

/// A product of any numbers, rounded down.
pub(crate) fn saturating_product(a: Fixed, b: Fixed) -> Fixed {
    saturate(i128::from(a).saturating_mul(i128::from(b)) >> FRACTION)
}

/// A quotient, rounded towards zero; zero where the divisor is.
pub(crate) fn div(a: Fixed, b: Fixed) -> Fixed {
    if b == 0 {
        return 0;
    }
    if b > 0 && a >> FRACTION == 0 {
        // At most 64 bits: a share below one by anything.
        let quotient = ((a as u64) << FRACTION).checked_div(b as u64).unwrap_or(0);
        return Fixed::try_from(quotient).unwrap_or(Fixed::MAX);
    }
    if b > 0 && a == ONE {
        // 2^64 does not fit; it leaves a rest of one more than what is one less.
        let (one_less, divisor) = (u64::MAX, b as u64);
        let quotient = one_less.checked_div(divisor).unwrap_or(0);
        let is_next = one_less.checked_rem(divisor) == divisor.checked_sub(1);
        return Fixed::try_from(quotient.saturating_add(u64::from(is_next))).unwrap_or(Fixed::MAX);
    }
    saturate((i128::from(a) << FRACTION).checked_div(i128::from(b)).unwrap_or(0))
}

fn saturate(value: i128) -> Fixed {
    Fixed::try_from(value).unwrap_or(if value < 0 { Fixed::MIN } else { Fixed::MAX })
}

/// A share of 65535.
pub(crate) fn proportion(value: u16) -> Fixed {
    div(Fixed::from(value), Fixed::from(u16::MAX))
}

/// A share as part of 65535, rounded down.
pub(crate) fn to_u16(value: Fixed) -> u16 {
    u16::try_from(value.max(0).saturating_mul(Fixed::from(u16::MAX)) >> FRACTION).unwrap_or(u16::MAX)
}
