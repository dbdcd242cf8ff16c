/** Vietnamese. It says "bạn". */

import type { Catalogue } from "./catalogue.ts";

/** The Vietnamese catalogue. */
export const vi: Catalogue = {
  name: "Tiếng Việt",
  frame: {
    description:
      "Trò chuyện với một người lạ ngẫu nhiên bằng tin nhắn hoặc video. Không tài khoản, không cookie, mã hóa đầu cuối.",
    noScript:
      "Cuộc trò chuyện chạy trong trình duyệt của bạn nên cần JavaScript. Hãy bật JavaScript cho trang này: toàn bộ mã nằm ngay trong trang, và không có gì được tải từ nơi khác.",
    notRunning: "Trang trò chuyện chưa chạy. Hãy tải lại trang hoặc dùng trình duyệt khác.",
    englishOnly: "Trang này chỉ có tiếng Anh.",
  },
  words: {
    Direction: "ltr",

    Heading: "Trò chuyện với người lạ.\nKhông để lại dấu vết.",
    Lead:
      "Bạn được ghép với một người ngẫu nhiên. Không tài khoản, không cookie, và chỉ hai bạn đọc được tin nhắn của nhau.",
    Interests: "Sở thích",
    InterestsHint: "Không bắt buộc. Lúc đầu, chúng tôi tìm người có chung một sở thích.",
    InterestsChosen: "Sở thích đã chọn",
    RemoveInterest: "Bỏ {interest}",
    InterestsFull: "Đã đủ mười, mức tối đa",
    InterestsExample: "âm nhạc, leo núi, phim",
    Languages: "Ngôn ngữ bạn nói",
    LanguagesHint: "Lấy từ trình duyệt của bạn và không bao giờ được lưu.",
    AnyLanguage: "Người lạ nói ngôn ngữ nào cũng được.",
    AddLanguage: "Thêm ngôn ngữ",
    Adult: "Tôi từ 18 tuổi trở lên",
    AdultFirst: "Trước tiên, hãy xác nhận tuổi của bạn. Trang web này chỉ dành cho người lớn.",
    StartText: "Bắt đầu chat chữ",
    StartVideo: "Bắt đầu chat video",
    Online: { other: "Hiện có {count} người ở đây" },
    Insecure:
      "Trang này được mở qua kết nối không mã hóa. Cuộc trò chuyện sẽ không riêng tư nên không thể bắt đầu ở đây.",
    OpenSecure: "Mở trang an toàn",
    Language: "Ngôn ngữ",
    LanguageFailed: "Hiện không tải được ngôn ngữ này. Đang thử lại…",
    Links: {
      label: "Về trang này",
      privacy: "Quyền riêng tư",
      statistics: "Thống kê",
      transparency: "Minh bạch",
      rules: "Quy tắc chat",
      contact: "Liên hệ",
    },

    Unreachable: "Hiện không kết nối được với máy chủ. Đang thử lại…",
    Filtered:
      "Máy chủ có phản hồi nhưng kết nối trò chuyện không đi qua được. Bạn thử mạng khác xem sao.",
    Refused: {
      full: "Máy chủ hiện đã đầy. Đang thử lại…",
      misconfigured: "Trang này được thiết lập chưa đúng. Đang thử lại…",
      "too-many-connections": "Hiện có quá nhiều người kết nối từ mạng của bạn. Đang thử lại…",
      reported: "Bạn bị chặn đến {time}.",
      flooding: "Bạn bị chặn đến {time}.",
      denied: "Người điều hành trang web này đã chặn địa chỉ IP của bạn.",
    },
    Blocked: {
      reported:
        "Một số người đã báo cáo ai đó dùng địa chỉ IP của bạn. Lệnh chặn tự động hết hiệu lực, và không có gì về nó được lưu lại.",
      flooding:
        "Có quá nhiều kết nối từ địa chỉ IP của bạn. Lệnh chặn tự động hết hiệu lực, và không có gì về nó được lưu lại.",
      denied: "Địa chỉ này vẫn bị chặn cho đến khi người điều hành bỏ chặn.",
    },
    BlockedWait: "Bạn có thể cứ để trang này mở: trang sẽ kết nối lại ngay khi hết bị chặn.",
    BlockedHelp: "Bạn có thể làm gì",

    Looking: "Đang tìm người…",
    Cancel: "Hủy",
    Checking: "Hiện đang rất đông nên thiết bị của bạn cần kiểm tra nhanh một chút trước.",
    VeryFast: "Bạn đã tìm quá nhiều lần trong thời gian ngắn. Lần này sẽ tự động tiếp tục ngay.",
    Quiet:
      "Hiện đang vắng. Bạn cứ ở đây hoặc sang tab khác: khi có người đến, bạn sẽ nghe tiếng báo.",
    QuietSilent:
      "Hiện đang vắng. Bạn cứ ở đây hoặc sang tab khác: khi có người đến, tiêu đề sẽ thay đổi.",
    Usually: "Thường chỉ mất một lát.",
    WhoLikes: "Ưu tiên người thích {interests}.",
    WhoSpeaks: "Ưu tiên người nói {languages}.",
    WhoSpeaksAndLikes: "Ưu tiên người nói {languages} và thích {interests}.",
    WhoSpeaksOrLikes: "Bây giờ tìm người nói {languages} hoặc thích {interests}.",
    Anyone: "Hiện không có ai như vậy, nên bạn sẽ được ghép với bất kỳ ai.",
    Notify: "Báo cho tôi khi có người đến hoặc nhắn tin",
    NotifyHint: "Chỉ khi trang này bị ẩn, và không kèm nội dung tin nhắn.",
    NotifyBlocked: "Thông báo bị chặn. Hãy cho phép trang này trong cài đặt trình duyệt.",
    Happened: { arrival: "Có người lạ đến", message: "Tin nhắn mới" },

    Chat: "Trò chuyện",
    Conversation: "Cuộc trò chuyện",
    Messages: "Các tin nhắn",
    YouSay: "Bạn:",
    StrangerSays: "Người lạ:",
    NotSent: "Chưa gửi:",
    Notices: {
      "began": "Bạn đang trò chuyện với một người lạ ngẫu nhiên.",
      "you-left": "Bạn đã rời cuộc trò chuyện.",
      "stranger-left": "Người lạ đã rời cuộc trò chuyện.",
      "connection-lost": "Bạn bị mất kết nối nên cuộc trò chuyện đã kết thúc.",
      "blocked": "Bạn bị chặn vì một số người đã báo cáo bạn.",
      "restart": "Máy chủ sắp khởi động lại, nên cuộc trò chuyện này sẽ kết thúc.",
      "not-secured": "Cuộc trò chuyện này không mã hóa được nên đã kết thúc.",
      "tampered": "Có nội dung bị thay đổi hoặc bị mất trên đường đến bạn nên không được hiển thị.",
      "text-only": "Ở đây chỉ gửi được văn bản.",
      "report-taken": "Đã nhận báo cáo của bạn. Xin cảm ơn.",
      "stranger-declined": "Người lạ muốn tiếp tục nhắn tin.",
      "direct-refused":
        "Cuộc gọi không bắt đầu vì sẽ để lộ địa chỉ IP của bạn, mà bạn đã tắt loại cuộc gọi này.",
      "call-over": "Cuộc gọi đã kết thúc.",
      "unable": "Trình duyệt này không gọi video được.",
      "stranger-unable": "Trình duyệt của người lạ không gọi video được.",
      "own-tab": "Đây là một tab khác của chính bạn.",
    },
    BothLike: "Cả hai bạn đều thích {interests}.",
    BothSpeak: "Cả hai bạn đều nói {languages}.",
    NoSharedLanguage: "Không tìm thấy ngôn ngữ chung.",
    MetBefore: "Hai bạn vừa mới gặp nhau. Hiện không còn ai khác.",
    Dropped: "Bạn bị mất kết nối. Đang kết nối lại…",
    StrangerDropped: "Người lạ bị mất kết nối. Họ có thể quay lại.",
    StrangerBack: "Người lạ đã quay lại.",
    StrangerTypes: "Người lạ đang nhập…",
    Held: "Tin nhắn của bạn chưa đến nơi. Bạn có thể gửi tiếp khi chúng đã đến.",
    LinkOpens: "Mở {host}. Trang web đó sẽ thấy địa chỉ IP của bạn.",
    Open: "Mở",
    Copy: "Sao chép",
    Delivered: "Đã nhận",
    NotDelivered: "Chưa nhận",
    SaveChat: "Lưu",
    BeginningMissing: "Ở đây chỉ có các tin nhắn gần nhất, không có phần đầu.",
    VideoCall: "Gọi video",
    SoundOn: "Có tiếng",
    SoundOff: "Không tiếng",
    Newer: "Tin nhắn mới: {count}",
    Message: "Tin nhắn",
    WriteMessage: "Viết tin nhắn",
    Left: { other: "Còn {count}" },
    Send: "Gửi",
    Stop: { talking: "Dừng", asking: "Dừng thật?", over: "Chat mới" },
    PressAgain: "Nhấn lần nữa để rời cuộc trò chuyện này.",
    ChangeInterests: "Đổi sở thích",

    Agreeing: "Đang thiết lập mã hóa…",
    Encrypted: "Mã hóa đầu cuối",
    Compare:
      "Nếu người lạ thấy cùng bốn hình này theo cùng thứ tự, thì không ai ở giữa đọc được cuộc trò chuyện của hai bạn, kể cả máy chủ này. Hãy so sánh bằng giọng nói, hoặc dùng lời của chính mình để gợi ý sao cho máy móc không sửa được.",
    Unprotected: "Mã hóa không bảo vệ bạn khỏi điều gì",
    Comma: ", ",
    Pictures:
      "bạch tuộc, xương rồng, bong bóng, xe đạp, quả chanh, chìa khóa, mỏ neo, cái mũ, con rùa, cây nấm, mặt trăng, cái chuông, cà rốt, đàn ghi ta, con cáo, đôi tất, con ong, pizza, con diều, nam châm, con voi, cầu vồng, thuyền buồm, cái trống, chim cánh cụt, quả anh đào, ngọn nến, mảnh ghép, hươu cao cổ, bắp ngô, tên lửa, xúc xắc, cá voi, bánh vòng, bức tượng, la bàn, con cú, dưa hấu, cái kéo, kèn, ốc sên, núi lửa, máy kéo, cái ghế, lạc đà, bánh quy xoắn, đồng hồ, hồng tâm, con bướm, chiếc lá, lâu đài, phô mai, con ếch, quả bơ, tàu hỏa, chậu cây, con cua, bánh mì, cái lều, vĩ cầm, bọ rùa, quả trứng, hòn đảo, cái thang",

    Report: "Báo cáo",
    Reported: "Đã báo cáo",
    WhatIsWrong: "Có chuyện gì vậy?",
    OnlyReason: "Chỉ gửi lý do, không bao giờ gửi nội dung trò chuyện.",
    Reasons: {
      underage: "Có vẻ dưới 18 tuổi",
      sexual: "Nội dung tình dục không mong muốn",
      harassment: "Quấy rối hoặc đe dọa",
      spam: "Spam hoặc quảng cáo",
      other: "Lý do khác",
    },
    NeverMind: "Thôi",

    HowYouLook: "Bạn sẽ trông như thế này",
    HowLoud: "Mức micrô",
    TryAgain: "Thử lại",
    Camera: "Camera",
    Microphone: "Micrô",
    Choices: {
      cameraOff: "Tắt camera khi bắt đầu",
      muted: "Tắt micrô khi bắt đầu",
      blur: "Làm mờ video của người lạ cho đến khi tôi chọn xem",
      keepCamera: "Để camera của tôi bật giữa các cuộc trò chuyện",
      direct: "Cho phép cuộc gọi để lộ địa chỉ IP của tôi, nhưng hỏi tôi trước",
    },
    MoreChoices: "Tùy chọn khác",
    Back: "Quay lại",
    Devices: {
      camera: {
        opening: "Trình duyệt đang xin phép dùng camera của bạn.",
        off: "Camera của bạn đang tắt.",
        denied:
          "Quyền dùng camera bị chặn. Hãy cho phép trang này trong cài đặt trình duyệt, hoặc tiếp tục không có camera.",
        missing: "Không tìm thấy camera. Hãy cắm một chiếc, hoặc tiếp tục không có camera.",
        busy:
          "Ứng dụng khác đang dùng camera của bạn. Hãy đóng ứng dụng đó rồi thử lại, hoặc tiếp tục không có camera.",
        unsupported:
          "Trình duyệt này không cho trang dùng camera. Bạn có thể tiếp tục không có camera.",
        interrupted:
          "Ứng dụng khác hoặc một công tắc đã tạm dừng camera của bạn. Camera sẽ tự động chạy lại.",
      },
      microphone: {
        opening: "Trình duyệt đang xin phép dùng micrô của bạn.",
        off: "Micrô của bạn đang tắt.",
        denied:
          "Quyền dùng micrô bị chặn. Hãy cho phép trang này trong cài đặt trình duyệt, hoặc tiếp tục không có micrô.",
        missing: "Không tìm thấy micrô. Hãy cắm một chiếc, hoặc tiếp tục không có micrô.",
        busy:
          "Ứng dụng khác đang dùng micrô của bạn. Hãy đóng ứng dụng đó rồi thử lại, hoặc tiếp tục không có micrô.",
        unsupported:
          "Trình duyệt này không cho trang dùng micrô. Bạn có thể tiếp tục không có micrô.",
        interrupted:
          "Ứng dụng khác hoặc một công tắc đã tạm dừng micrô của bạn. Micrô sẽ tự động chạy lại.",
      },
    },

    Call: "Cuộc gọi",
    OneMoment: "Chờ một lát…",
    StrangerWants: "Người lạ muốn gọi video",
    ShowAddresses: "Cho nhau biết địa chỉ IP?",
    Directly:
      "Cuộc gọi trực tiếp cho người lạ biết địa chỉ IP của bạn và cho bạn biết địa chỉ của họ. Cuộc gọi chỉ bắt đầu nếu cả hai đồng ý.",
    ByRelay:
      "Cuộc gọi đi qua máy chủ chuyển tiếp nên không ai trong hai bạn biết địa chỉ IP của người kia. Camera và micrô bắt đầu theo thiết lập của bạn.",
    CallDirectly: "Gọi trực tiếp",
    JoinCall: "Tham gia cuộc gọi",
    StayWithText: "Tiếp tục nhắn tin",
    WaitingForStranger: "Đang chờ người lạ tham gia…",
    NoCall: "Cuộc gọi thất bại",
    Failures: {
      "no-route":
        "Thiết bị của bạn và của người lạ không kết nối được với nhau. Một số mạng chặn cuộc gọi trực tiếp.",
      "no-relay": "Máy chủ chuyển tiếp đã đầy, hoặc ít nhất một trong hai bạn không kết nối được.",
      "too-fast": "Quá nhiều cuộc gọi trong thời gian ngắn. Hãy chờ một lát.",
    },
    GoOnByText: "Chuyển sang nhắn tin",
    StrangersPicture: "Video của người lạ",
    YourPicture: "Video của bạn",
    ShowPicture: "Hiện video",
    Connecting: "Đang kết nối…",
    Broke: "Cuộc gọi bị gián đoạn. Đang kết nối lại…",
    StrangerNoCamera: "Camera của người lạ đang tắt.",
    StrangerNothing: "Camera và micrô của người lạ đang tắt.",
    StrangerMuted: "Micrô của người lạ đang tắt.",
    StrangerFrozen: "Video của người lạ bị đứng.",
    PlayStranger: "Phát video và âm thanh của người lạ",
    Quality: { 1: "Kết nối: kém", 2: "Kết nối: tạm được", 3: "Kết nối: tốt" },
    YourDevices: "Camera và micrô",
    CameraOn: "Camera bật",
    CameraOff: "Camera tắt",
    MicOn: "Micrô bật",
    MicOff: "Micrô tắt",
    More: "Thêm",
    Volume: "Âm lượng",
    StrangersSound: "Âm thanh của người lạ",
    SwapPictures: "Đổi chỗ video",
    FlipCamera: "Đổi camera",
    PopOut: "Hình trong hình",
    FullScreen: "Toàn màn hình",
    EndCall: "Kết thúc",
  },
};
