// The least that can be done with a capture: libpcap's loop, which looks at no packet. Prints packets and
// octets.
#include <cstdio>
#include <pcap/pcap.h>

int main(int argc, char** argv) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* const capture = argc == 2 ? pcap_open_offline(argv[1], error) : nullptr;
  if (capture == nullptr) return 1;
  pcap_pkthdr* header = nullptr;
  const u_char* octets = nullptr;
  unsigned long packets = 0, total = 0;
  while (pcap_next_ex(capture, &header, &octets) == 1) {
    ++packets;
    total += header->caplen;
  }
  std::printf("%lu %lu\n", packets, total);
  pcap_close(capture);
}
