# ruff: noqa: RUF001, E501 - Chinese has commas and colons of its own, and its signs are wide
"""The words of the ready-made templates, by language."""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """An e-mail's subject and text, and the short text for a phone."""

    subject: str
    letter: str
    short: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    purpose: str = ""
    is_code: bool = False
    words: dict[str, Words]


WELCOME = Ready(
    name="Welcome",
    words={
        "en": Words(
            "Welcome to {{ shop }}",
            "Hello {{ first_name | and welcome }},\n\nthank you for joining {{ shop }}. Show your card or say your "
            "phone number each time you buy, and you collect.\n\nYou have {{ balance }} now.\n\n{{ shop }}",
            "Welcome to {{ shop }}, {{ first_name | friend }}! You have {{ balance }}. Show your card each time.",
        ),
        "vi": Words(
            "Chào mừng bạn đến với {{ shop }}",
            "Xin chào {{ first_name | bạn }},\n\ncảm ơn bạn đã tham gia {{ shop }}. Hãy đưa thẻ hoặc đọc số điện thoại "
            "mỗi khi mua hàng để tích điểm.\n\nHiện bạn có {{ balance }}.\n\n{{ shop }}",
            "Chào mừng {{ first_name | bạn }} đến với {{ shop }}! Bạn có {{ balance }}. Hãy đưa thẻ mỗi khi mua hàng.",
        ),
        "ms": Words(
            "Selamat datang ke {{ shop }}",
            "Helo {{ first_name | semua }},\n\nterima kasih kerana menyertai {{ shop }}. Tunjukkan kad anda atau sebut "
            "nombor telefon anda setiap kali membeli untuk mengumpul.\n\nAnda kini mempunyai {{ balance }}.\n\n"
            "{{ shop }}",
            "Selamat datang ke {{ shop }}, {{ first_name | sahabat }}! Anda ada {{ balance }}. Tunjukkan kad setiap "
            "kali.",
        ),
        "zh-hans": Words(
            "欢迎加入{{ shop }}",
            "{{ first_name | 您 }}，您好！\n\n感谢您加入{{ shop }}。每次购物时出示会员卡或报上手机号码即可累积。\n\n"
            "您现在有{{ balance }}。\n\n{{ shop }}",
            "{{ first_name | 您 }}，欢迎加入{{ shop }}！您现在有{{ balance }}。每次购物请出示会员卡。",
        ),
    },
)

POINTS_ADJUSTED = Ready(
    name="Balance corrected",
    words={
        "en": Words(
            "Your balance at {{ shop }} was corrected",
            "Hello {{ first_name | there }},\n\nwe have corrected your balance: {{ change | see below }}.\n"
            "{{ comment }}\n\nYou have {{ balance }} now.\n\n{{ shop }}",
            "{{ shop }}: your balance was corrected ({{ change | see your account }}). {{ comment }} "
            "You have {{ balance }}.",
        ),
        "vi": Words(
            "Số dư của bạn tại {{ shop }} đã được điều chỉnh",
            "Xin chào {{ first_name | bạn }},\n\nchúng tôi đã điều chỉnh số dư của bạn: {{ change | xem bên dưới }}.\n"
            "{{ comment }}\n\nHiện bạn có {{ balance }}.\n\n{{ shop }}",
            "{{ shop }}: số dư của bạn đã được điều chỉnh ({{ change | xem tài khoản }}). {{ comment }} "
            "Bạn có {{ balance }}.",
        ),
        "ms": Words(
            "Baki anda di {{ shop }} telah dibetulkan",
            "Helo {{ first_name | semua }},\n\nkami telah membetulkan baki anda: {{ change | lihat di bawah }}.\n"
            "{{ comment }}\n\nAnda kini mempunyai {{ balance }}.\n\n{{ shop }}",
            "{{ shop }}: baki anda telah dibetulkan ({{ change | lihat akaun anda }}). {{ comment }} "
            "Anda ada {{ balance }}.",
        ),
        "zh-hans": Words(
            "您在{{ shop }}的余额已更正",
            "{{ first_name | 您 }}，您好！\n\n我们更正了您的余额：{{ change | 详见下文 }}。\n{{ comment }}\n\n"
            "您现在有{{ balance }}。\n\n{{ shop }}",
            "{{ shop }}：您的余额已更正（{{ change | 请查看账户 }}）。{{ comment }}您现在有{{ balance }}。",
        ),
    },
)

EXPIRES_SOON = Ready(
    name="Something expires soon",
    words={
        "en": Words(
            "Use {{ expiring | part of your balance }} at {{ shop }} soon",
            "Hello {{ first_name | there }},\n\n{{ expiring | part of your balance }} can be used until "
            "{{ expires_on | soon }}. You have {{ balance }}.\n\nCome by and use it.\n\n{{ shop }}",
            "{{ shop }}: use {{ expiring | part of your balance }} until {{ expires_on | soon }}. "
            "You have {{ balance }}.",
        ),
        "vi": Words(
            "{{ expiring | Một phần số dư }} của bạn tại {{ shop }} sắp hết hạn",
            "Xin chào {{ first_name | bạn }},\n\n{{ expiring | một phần số dư của bạn }} dùng được đến hết ngày "
            "{{ expires_on | sắp tới }}. Bạn có {{ balance }}.\n\nHãy ghé cửa hàng để sử dụng.\n\n{{ shop }}",
            "{{ shop }}: hãy dùng {{ expiring | một phần số dư }} trước khi hết ngày {{ expires_on | sắp tới }}. "
            "Bạn có {{ balance }}.",
        ),
        "ms": Words(
            "{{ expiring | Sebahagian baki anda }} di {{ shop }} akan luput",
            "Helo {{ first_name | semua }},\n\n{{ expiring | sebahagian baki anda }} boleh digunakan hingga "
            "{{ expires_on | tidak lama lagi }}. Anda ada {{ balance }}.\n\nSilakan datang dan gunakannya.\n\n"
            "{{ shop }}",
            "{{ shop }}: gunakan {{ expiring | sebahagian baki anda }} sebelum tamat "
            "{{ expires_on | tidak lama lagi }}. Anda ada {{ balance }}.",
        ),
        "zh-hans": Words(
            "您在{{ shop }}的{{ expiring | 部分余额 }}即将到期",
            "{{ first_name | 您 }}，您好！\n\n{{ expiring | 您的部分余额 }}可使用至{{ expires_on | 近日 }}。"
            "您现在有{{ balance }}。\n\n欢迎光临使用。\n\n{{ shop }}",
            "{{ shop }}：{{ expiring | 部分余额 }}可使用至{{ expires_on | 近日 }}。您现在有{{ balance }}。",
        ),
    },
)

LEVEL_REACHED = Ready(
    name="Level reached",
    words={
        "en": Words(
            "You have reached {{ level | a new level }} at {{ shop }}",
            "Hello {{ first_name | there }},\n\nyou have reached {{ level | a new level }}. Thank you for coming to us "
            "so often.\n\n{{ shop }}",
            "{{ shop }}: you have reached {{ level | a new level }}, {{ first_name | friend }}. Thank you!",
        ),
        "vi": Words(
            "Bạn đã đạt {{ level | hạng mới }} tại {{ shop }}",
            "Xin chào {{ first_name | bạn }},\n\nbạn đã đạt {{ level | hạng mới }}. Cảm ơn bạn đã thường xuyên ghé "
            "thăm.\n\n{{ shop }}",
            "{{ shop }}: {{ first_name | bạn }} đã đạt {{ level | hạng mới }}. Cảm ơn bạn!",
        ),
        "ms": Words(
            "Anda telah mencapai {{ level | tahap baharu }} di {{ shop }}",
            "Helo {{ first_name | semua }},\n\nanda telah mencapai {{ level | tahap baharu }}. Terima kasih kerana "
            "kerap mengunjungi kami.\n\n{{ shop }}",
            "{{ shop }}: anda telah mencapai {{ level | tahap baharu }}, {{ first_name | sahabat }}. Terima kasih!",
        ),
        "zh-hans": Words(
            "您在{{ shop }}已升级为{{ level | 新等级 }}",
            "{{ first_name | 您 }}，您好！\n\n您已升级为{{ level | 新等级 }}。感谢您经常光临。\n\n{{ shop }}",
            "{{ shop }}：{{ first_name | 您 }}已升级为{{ level | 新等级 }}，感谢您的支持！",
        ),
    },
)

REWARD_READY = Ready(
    name="Reward ready",
    words={
        "en": Words(
            "{{ reward | A reward }} is waiting for you at {{ shop }}",
            "Hello {{ first_name | there }},\n\nyou can use this now: {{ reward | a reward }}.\n\n"
            "Everything you can use: {{ rewards | ask at the counter }}.\n\n{{ shop }}",
            "{{ shop }}: {{ reward | a reward }} is waiting for you. Ask for it when you come next.",
        ),
        "vi": Words(
            "{{ reward | Một phần thưởng }} đang chờ bạn tại {{ shop }}",
            "Xin chào {{ first_name | bạn }},\n\nbạn có thể dùng ngay: {{ reward | một phần thưởng }}.\n\n"
            "Những gì bạn có thể dùng: {{ rewards | hãy hỏi tại quầy }}.\n\n{{ shop }}",
            "{{ shop }}: {{ reward | một phần thưởng }} đang chờ bạn. Hãy hỏi khi bạn ghé lần tới.",
        ),
        "ms": Words(
            "{{ reward | Satu ganjaran }} menanti anda di {{ shop }}",
            "Helo {{ first_name | semua }},\n\nanda boleh gunakan sekarang: {{ reward | satu ganjaran }}.\n\n"
            "Semua yang boleh anda gunakan: {{ rewards | tanya di kaunter }}.\n\n{{ shop }}",
            "{{ shop }}: {{ reward | satu ganjaran }} menanti anda. Mintalah pada kunjungan seterusnya.",
        ),
        "zh-hans": Words(
            "{{ reward | 一份奖励 }}正在{{ shop }}等您",
            "{{ first_name | 您 }}，您好！\n\n您现在可以使用：{{ reward | 一份奖励 }}。\n\n"
            "您可使用的全部奖励：{{ rewards | 请到柜台询问 }}。\n\n{{ shop }}",
            "{{ shop }}：{{ reward | 一份奖励 }}正在等您，下次光临时请向店员索取。",
        ),
    },
)

NEWS = Ready(
    name="News and offers",
    purpose="marketing",
    words={
        "en": Words(
            "News from {{ shop }}",
            "Hello {{ first_name | there }},\n\n{{ comment | there is something new for you }}\n\n"
            "You have {{ balance }}.\n\n{{ shop }}\n\nYou said that we may write to you. Tell us at any time if you "
            "would rather not hear from us.",
            "{{ shop }}: {{ comment | there is something new for you }} Tell us if you would rather not hear from us.",
        ),
        "vi": Words(
            "Tin mới từ {{ shop }}",
            "Xin chào {{ first_name | bạn }},\n\n{{ comment | có điều mới dành cho bạn }}\n\nBạn có {{ balance }}.\n\n"
            "{{ shop }}\n\nBạn đã đồng ý nhận thư của chúng tôi. Nếu không muốn nhận nữa, hãy cho chúng tôi biết bất "
            "cứ lúc nào.",
            "{{ shop }}: {{ comment | có điều mới dành cho bạn }} Nếu không muốn nhận tin, hãy cho chúng tôi biết.",
        ),
        "ms": Words(
            "Berita daripada {{ shop }}",
            "Helo {{ first_name | semua }},\n\n{{ comment | ada sesuatu yang baharu untuk anda }}\n\n"
            "Anda ada {{ balance }}.\n\n{{ shop }}\n\nAnda telah bersetuju menerima berita kami. Beritahu kami pada "
            "bila-bila masa jika anda tidak mahu lagi.",
            "{{ shop }}: {{ comment | ada sesuatu yang baharu untuk anda }} Beritahu kami jika tidak mahu lagi.",
        ),
        "zh-hans": Words(
            "{{ shop }}的新消息",
            "{{ first_name | 您 }}，您好！\n\n{{ comment | 我们有新消息与您分享 }}\n\n您现在有{{ balance }}。\n\n"
            "{{ shop }}\n\n您曾同意接收我们的消息；如不愿再接收，请随时告诉我们。",
            "{{ shop }}：{{ comment | 我们有新消息与您分享 }} 如不愿再接收，请告诉我们。",
        ),
    },
)

ADDRESS_CODE = Ready(
    name="Code for an address",
    is_code=True,
    words={
        "en": Words(
            "Your code for {{ shop }}",
            "Your code is {{ code }}, for {{ minutes }} minutes. Read it out to nobody but the shop's team.",
            "{{ shop }}: your code is {{ code }}, for {{ minutes }} minutes. Read it out to nobody but our team.",
        ),
        "vi": Words(
            "Mã của bạn tại {{ shop }}",
            "Mã của bạn là {{ code }}, dùng được trong {{ minutes }} phút. Chỉ đọc mã này cho nhân viên cửa hàng.",
            "{{ shop }}: mã của bạn là {{ code }}, dùng được trong {{ minutes }} phút. Chỉ đọc cho nhân viên cửa hàng.",
        ),
        "ms": Words(
            "Kod anda untuk {{ shop }}",
            "Kod anda ialah {{ code }}, sah selama {{ minutes }} minit. Beritahu kod ini kepada kakitangan kedai "
            "sahaja.",
            "{{ shop }}: kod anda ialah {{ code }}, sah selama {{ minutes }} minit. Beritahu kakitangan kami sahaja.",
        ),
        "zh-hans": Words(
            "您在{{ shop }}的验证码",
            "您的验证码是{{ code }}，{{ minutes }}分钟内有效。除本店员工外，请勿告诉任何人。",
            "{{ shop }}：您的验证码是{{ code }}，{{ minutes }}分钟内有效。请只告诉本店员工。",
        ),
    },
)

RECEIPT_CODE = Ready(
    name="Code for a receipt",
    is_code=True,
    words={
        "en": Words(
            "{{ code }} is your code at {{ shop }}",
            "{{ code }} confirms {{ about | your receipt }}.\n\nRead it to the person who asks for it, within "
            "{{ minutes }} minutes. If you bought nothing there, tell nobody: without the code the receipt does not "
            "count.",
            "{{ shop }}: {{ code }} confirms {{ about | your receipt }}. If you bought nothing, tell nobody.",
        ),
        "vi": Words(
            "{{ code }} là mã của bạn tại {{ shop }}",
            "{{ code }} xác nhận {{ about | hóa đơn của bạn }}.\n\nHãy đọc mã cho người hỏi bạn, trong vòng "
            "{{ minutes }} phút. Nếu bạn không mua gì ở đó, đừng nói với ai: không có mã thì hóa đơn không được tính.",
            "{{ shop }}: {{ code }} xác nhận {{ about | hóa đơn của bạn }}. Nếu bạn không mua gì, đừng nói với ai.",
        ),
        "ms": Words(
            "{{ code }} ialah kod anda di {{ shop }}",
            "{{ code }} mengesahkan {{ about | resit anda }}.\n\nBacakan kepada orang yang memintanya dalam "
            "{{ minutes }} minit. Jika anda tidak membeli apa-apa di sana, jangan beritahu sesiapa: tanpa kod, resit "
            "itu tidak dikira.",
            "{{ shop }}: {{ code }} mengesahkan {{ about | resit anda }}. Jika anda tidak membeli, jangan beritahu "
            "sesiapa.",
        ),
        "zh-hans": Words(
            "{{ code }}是您在{{ shop }}的确认码",
            "{{ code }}用于确认{{ about | 您的小票 }}。\n\n请在{{ minutes }}分钟内读给询问您的人。如果您没有在那里购物，"
            "请勿告诉任何人：没有此码，小票不作数。",
            "{{ shop }}：{{ code }}用于确认{{ about | 您的小票 }}。如非您本人购物，请勿告诉任何人。",
        ),
    },
)

ERASURE_NOTICE = Ready(
    name="We have not seen you for long",
    words={
        "en": Words(
            "Shall we keep you at {{ shop }}?",
            "Hello {{ first_name | there }},\n\nwe have not seen you for a long time. On {{ day | a day soon }} we erase "
            "what we know about you.\n\nTo stay, come by before then, or answer this message.\n\n{{ shop }}",
            "{{ shop }}: we have not seen you for long, and erase what we know about you on {{ day | a day soon }}. "
            "Come by to stay.",
        ),
        "vi": Words(
            "Bạn có muốn tiếp tục tại {{ shop }} không?",
            "Xin chào {{ first_name | bạn }},\n\nđã lâu chúng tôi không gặp bạn. Vào {{ day | ngày sắp tới }}, chúng "
            "tôi sẽ xóa những gì biết về bạn.\n\nĐể tiếp tục, hãy ghé cửa hàng trước ngày đó hoặc trả lời thư này.\n\n"
            "{{ shop }}",
            "{{ shop }}: đã lâu không gặp bạn, chúng tôi sẽ xóa dữ liệu của bạn vào {{ day | ngày sắp tới }}. Hãy ghé "
            "cửa hàng để tiếp tục.",
        ),
        "ms": Words(
            "Mahukah anda kekal bersama {{ shop }}?",
            "Helo {{ first_name | semua }},\n\nsudah lama kami tidak berjumpa anda. Pada {{ day | hari terdekat }} kami "
            "akan memadamkan apa yang kami tahu tentang anda.\n\nUntuk kekal, datanglah sebelum itu atau balas mesej "
            "ini.\n\n{{ shop }}",
            "{{ shop }}: sudah lama tidak berjumpa. Data anda akan dipadamkan pada {{ day | hari terdekat }}. Datanglah "
            "untuk kekal.",
        ),
        "zh-hans": Words(
            "您还愿意留在{{ shop }}吗？",
            "{{ first_name | 您 }}，您好！\n\n我们很久没有见到您了。{{ day | 近日 }}我们将删除您的资料。\n\n"
            "如愿保留，请在此之前光临，或回复此消息。\n\n{{ shop }}",
            "{{ shop }}：很久没有见到您，我们将于{{ day | 近日 }}删除您的资料。如愿保留，请光临本店。",
        ),
    },
)

READY: dict[str, Ready] = {
    "welcome": WELCOME,
    "points_adjusted": POINTS_ADJUSTED,
    "expires_soon": EXPIRES_SOON,
    "level_reached": LEVEL_REACHED,
    "reward_ready": REWARD_READY,
    "news": NEWS,
    "address_code": ADDRESS_CODE,
    "receipt_code": RECEIPT_CODE,
    "erasure_notice": ERASURE_NOTICE,
}
