//! A stream cut into pieces, as a network would.

/// The same bytes one by one, and cut at points that are drawn from the bytes themselves: so that
/// an input is nothing but what arrives, and fails again as it failed.
pub(super) fn ways(bytes: &[u8]) -> [Vec<&[u8]>; 2] {
    let seed = bytes.iter().fold(7_u64, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(*byte))
    });
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut drawn = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(chance.usize(1..=rest.len().min(24)));
        drawn.push(piece);
        rest = after;
    }
    [bytes.chunks(1).collect(), drawn]
}
