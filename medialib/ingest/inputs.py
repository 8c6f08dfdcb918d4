"""What may be read at all: closed lists of containers and decoders, the same for every ffmpeg and ffprobe; pure.

Names that a build does not have do no harm, so one list holds what FFmpeg 5.1 to 9.0 call their decoders. Texts that
name other files (HLS, DASH, ffconcat, SDP) are not here, whatever a file is called: `-protocol_whitelist file` alone
would let them read other files of the machine.
"""

# Demuxers that read one file and nothing else.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpegts,mpeg,mp3,aac,flac,ogg,wav,aiff,amr,ape"

# Above this no picture is decoded, whatever limits.megapixels says.
MOST_MEGAPIXELS = 100

_PICTURE = (
    # Phones, cameras and the web.
    "h264 libopenh264 hevc vvc av1 libdav1d libaom-av1 vp8 libvpx vp9 libvpx-vp9 mpeg1video mpeg2video mpegvideo "
    "mpeg4 h261 h263 h263i h263p mjpeg mjpegb sp5x avrn theora vp3 vp4 vp5 vp6 vp6a vp6f vp7 amv "
    # Windows and RealMedia of old.
    "msmpeg4v1 msmpeg4v2 msmpeg4 wmv1 wmv2 wmv3 wmv3image vc1 vc1image mss1 mss2 mts2 msvideo1 msrle msa1 "
    "rv10 rv20 rv30 rv40 "
    # Flash and QuickTime of old.
    "flv flashsv flashsv2 svq1 svq3 cinepak rpza smc qtrle 8bps indeo2 indeo3 indeo4 indeo5 "
    # Editing and camcorders.
    "dvvideo prores dnxhd cfhd hq_hqa hqx huffyuv ffvhuff ffv1 utvideo magicyuv lagarith hap jpeg2000 libopenjpeg "
    "v210 v210x v308 v408 v410 r210 r10k ayuv y41p yuv4 rawvideo snow dirac aic pixlet mxpeg asv1 asv2 "
    # The screen, recorded.
    "camtasia tscc2 camstudio fraps zmbv g2m png dxtory vble scpr screenpresso rscc"
)  # fmt: skip

_SOUND = (
    "aac aac_fixed aac_latm mp1 mp1float mp2 mp2float mp3 mp3float mp3adu mp3adufloat mp3on4 mp3on4float "
    "ac3 ac3_fixed eac3 dca truehd mlp opus libopus vorbis libvorbis flac alac als ape tta wavpack tak shorten "
    "amrnb amrwb libopencore_amrnb libopencore_amrwb gsm gsm_ms libgsm libgsm_ms speex libspeex ilbc qcelp evrc "
    "wmav1 wmav2 wmapro wmavoice wmalossless xma1 xma2 cook sipr atrac1 atrac3 atrac3al atrac3plus atrac3plusal "
    "real_144 real_288 ralf nellymoser qdm2 qdmc mace3 mace6 truespeech imc iac on2avc dvaudio "
    "g722 g723_1 g726 g726le g729 "
    "adpcm_ima_wav adpcm_ima_qt adpcm_ima_amv adpcm_ima_dk3 adpcm_ima_dk4 adpcm_ms adpcm_swf adpcm_yamaha adpcm_ct "
    "adpcm_sbpro_2 adpcm_sbpro_3 adpcm_sbpro_4 "
    "pcm_alaw pcm_mulaw pcm_bluray pcm_dvd pcm_f16le pcm_f24le pcm_f32be pcm_f32le pcm_f64be pcm_f64le pcm_s8 "
    "pcm_s8_planar pcm_s16be pcm_s16be_planar pcm_s16le pcm_s16le_planar pcm_s24be pcm_s24daud pcm_s24le "
    "pcm_s24le_planar pcm_s32be pcm_s32le pcm_s32le_planar pcm_s64be pcm_s64le pcm_u8 pcm_u16be pcm_u16le pcm_u24be "
    "pcm_u24le pcm_u32be pcm_u32le pcm_vidc pcm_zork s302m"
)  # fmt: skip

# Covers, and captions inside: ffprobe opens what decodes every track, and gives up when it may not.
_BESIDE = (
    "png apng bmp gif webp tiff targa libjxl ass ssa subrip srt mov_text text webvtt eia_608 cc_dec stl sami "
    "microdvd subviewer subviewer1 dvdsub dvbsub pgssub xsub libzvbi_teletextdec libaribb24 libaribcaption "
    "arib_caption"
)  # fmt: skip

DECODERS = ",".join(f"{_PICTURE} {_SOUND} {_BESIDE}".split())


def reading(most_megapixels: float = MOST_MEGAPIXELS) -> dict[str, str]:
    """The options that stand before every input."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "codec_whitelist": DECODERS,
        "max_pixels": str(round(most_megapixels * 1e6)),
    }
