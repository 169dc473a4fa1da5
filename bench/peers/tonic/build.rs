//! The service, described in Rust: no protoc is needed.
use tonic_prost_build::manual::{Builder, Method, Service};

fn main() {
    let exchange = Method::builder()
        .name("exchange")
        .route_name("Exchange")
        .input_type("crate::Message")
        .output_type("crate::Message")
        .codec_path("tonic_prost::ProstCodec")
        .client_streaming()
        .server_streaming()
        .build();
    Builder::new().compile(&[Service::builder()
        .name("Echo")
        .package("peer")
        .method(exchange)
        .build()]);
}
